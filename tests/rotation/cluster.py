"""The API server as nodes see it: what the rehearsal's client does, and what only kubelets, drivers and people do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.api_server import Answer, ApiServer
from twinstack.api_server.answer import JsonObject, answer_of
from twinstack.api_server.response import Response
from twinstack.errors import RehearsalError


class Cluster(ApiServer):
    """One API server, in the name of an administrator."""

    @classmethod
    def of(cls, kubeconfig: Path) -> Cluster:
        """The cluster that a kubeconfig with certificate files names."""
        content = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        return cls(
            cluster["server"],
            authority=Path(cluster["certificate-authority"]),
            certificate=Path(user["client-certificate"]),
            key=Path(user["client-key"]),
        )

    def _send(self, method: str, path: str, **given: Any) -> Response:
        """Asks again where a busy server closes a connection that was kept open: each call here may be made twice."""
        for _ in range(_TRIES - 1):
            try:
                return super()._send(method, path, **given)
            except RehearsalError:
                time.sleep(_PAUSE_SECONDS)
        return super()._send(method, path, **given)

    def create_at(self, path: str, data: Mapping[str, Any]) -> Answer:
        """Creates what is given; a refusal is an answer."""
        return answer_of(self._send("POST", path, content=json.dumps(data), content_type="application/json"))

    def replace(self, path: str, data: Mapping[str, Any]) -> Answer:
        """Replaces an object whole, whatever stands there."""
        return answer_of(self._send("PUT", path, content=json.dumps(data), content_type="application/json"))

    def merge(self, path: str, data: Mapping[str, Any]) -> Answer:
        """Changes parts of an object; a list is replaced whole."""
        return answer_of(
            self._send("PATCH", path, content=json.dumps(data), content_type="application/merge-patch+json")
        )

    def set_status(self, pod: JsonObject, status: Mapping[str, Any]) -> None:
        """What a kubelet reports of a pod. A pod that is gone by now is no error."""
        answer = self.merge(f"{pod_path(pod)}/status", {"status": status})
        if answer.refusal and answer.status != _NOT_FOUND:
            raise RehearsalError(f"the status of {pod['metadata']['name']} was refused: {answer.refusal}")

    def remove_pod(self, pod: JsonObject) -> None:
        """What a kubelet does at the end: the object goes at once, if it is still this pod's."""
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        self._send("DELETE", pod_path(pod), content=json.dumps(options), content_type="application/json")

    def evict(self, pod: JsonObject) -> str:
        """What `kubectl drain` does with each pod. Why it was refused, by a disruption budget say; empty else."""
        metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        answer = self.create_at(f"{pod_path(pod)}/eviction", body)
        return "" if answer.status == _NOT_FOUND else answer.refusal

    def pods(self, namespace: str) -> list[JsonObject]:
        """The pods of a namespace, from the server's memory: what a kubelet's watch would know."""
        return self._items(f"/api/v1/namespaces/{namespace}/pods")

    def deployments(self, namespace: str) -> list[JsonObject]:
        """The Deployments of a namespace, from the server's memory."""
        return self._items(f"/apis/apps/v1/namespaces/{namespace}/deployments")

    def _items(self, path: str) -> list[JsonObject]:
        answer = answer_of(self._send("GET", path, parameters={"resourceVersion": "0"}))
        if answer.refusal:
            raise RehearsalError(f"GET {path}: {answer.refusal}")
        return list(answer.object["items"] or [])


def pod_path(pod: JsonObject) -> str:
    """The path of a pod."""
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


_NOT_FOUND: Final = 404
_TRIES: Final = 4
_PAUSE_SECONDS: Final = 0.5

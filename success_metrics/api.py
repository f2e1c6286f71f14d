"""Plain HTTP to an API server, as whoever measures uses it: nothing of the library that is measured is asked."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx2 as httpx
import yaml

JsonObject = dict[str, Any]


class RefusedError(Exception):
    """The server answered, and did not do it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """One API server. Reads are tried again while it does not answer: it is restarted and slowed on purpose."""

    def __init__(self, kubeconfig: Path) -> None:
        content = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        context.load_cert_chain(user["client-certificate"], user["client-key"])
        self.server: str = cluster["server"]
        """The URL of the API server."""
        self._plurals: dict[tuple[str, str], str] = {}
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        # trust_env: a proxy of the user's has no business between us and our own machine.
        self._http = httpx.Client(
            base_url=self.server, verify=context, timeout=_TIMEOUT_SECONDS, trust_env=False, limits=limits
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def is_ready(self) -> bool:
        """Whether the server answers and calls itself ready."""
        try:
            return self._http.get("/readyz").is_success
        except httpx.HTTPError:
            return False

    def get(self, path: str, **parameters: str) -> JsonObject | None:
        """What is at this path; None where nothing is. Raises RefusedError for any other refusal."""
        try:
            return self._asked("GET", path, parameters=parameters)
        except RefusedError as refused:
            if refused.status == _NOT_FOUND:
                return None
            raise

    def items(self, path: str, **parameters: str) -> list[JsonObject]:
        """The objects of a collection; none where the server has no such collection."""
        found = self.get(path, **parameters)
        return list((found or {}).get("items") or [])

    def plural(self, api_version: str, kind: str) -> str:
        """How the objects of a kind are called in a path. Raises LookupError for a kind that the server does not have."""
        if (api_version, kind) not in self._plurals:
            root = "/api" if api_version == "v1" else "/apis"
            for one in (self.get(f"{root}/{api_version}") or {}).get("resources") or []:
                if "/" not in one["name"]:
                    self._plurals[api_version, one["kind"]] = one["name"]
        return self._plurals[api_version, kind]

    def create(self, path: str, data: Mapping[str, Any]) -> JsonObject:
        """Creates an object. Raises RefusedError."""
        return self._asked("POST", path, data)

    def replace(self, path: str, data: Mapping[str, Any]) -> JsonObject:
        """Replaces an object whole. Raises RefusedError."""
        return self._asked("PUT", path, data)

    def merge(self, path: str, data: Mapping[str, Any], manager: str = "success-metrics") -> JsonObject:
        """Changes parts of an object, in the name of a field manager. Raises RefusedError."""
        return self._asked("PATCH", path, data, "application/merge-patch+json", {"fieldManager": manager})

    def apply(self, path: str, data: Mapping[str, Any], manager: str = "success-metrics") -> JsonObject:
        """Server-side apply, by force. Raises RefusedError."""
        parameters = {"fieldManager": manager, "force": "true"}
        return self._asked("PATCH", path, data, "application/apply-patch+yaml", parameters)

    def delete(self, path: str, options: Mapping[str, Any] | None = None) -> bool:
        """Deletes an object; False where there is none. Raises RefusedError for any other refusal."""
        try:
            self._asked("DELETE", path, options or {"propagationPolicy": "Background"})
        except RefusedError as refused:
            if refused.status in {_NOT_FOUND, _CONFLICT}:
                return False
            raise
        return True

    def watch(self, path: str, since: str) -> Iterator[JsonObject]:
        """The events of a collection after a resource version, until the server ends the connection."""
        parameters = {"watch": "1", "resourceVersion": since, "allowWatchBookmarks": "true"}
        timeout = httpx.Timeout(_TIMEOUT_SECONDS, read=None)
        with self._http.stream("GET", path, params=parameters, timeout=timeout) as response:
            for line in response.iter_lines():
                yield json.loads(line)

    def _asked(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        kind: str = "application/json",
        parameters: Mapping[str, str] | None = None,
    ) -> JsonObject:
        content = b"" if data is None else json.dumps(data).encode()
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                response = self._http.request(
                    method, path, params=parameters, content=content, headers={"Content-Type": kind}
                )
                is_final = response.status_code not in _AGAIN or _WEBHOOK in response.text
                if is_final or time.monotonic() > end:
                    break
            except httpx.HTTPError:
                if time.monotonic() > end:
                    raise
            time.sleep(_PAUSE_SECONDS)
        body = response.json() if response.content.startswith(b"{") else {"message": response.text}
        if not response.is_success:
            raise RefusedError(response.status_code, str(body.get("message", "")))
        return body


def at(group_version: str, plural: str, namespace: str = "", name: str = "", part: str = "") -> str:
    """The path of an object or a collection: `at("apps/v1", "deployments", "analytics")`."""
    root = "/api" if group_version == "v1" else "/apis"
    parts = [root, group_version, *(["namespaces", namespace] if namespace else []), plural]
    return "/".join([*parts, *([name] if name else []), *([part] if part else [])])


_TIMEOUT_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.2
_WEBHOOK: Final = "failed calling webhook"
"""A refusal like any other, though it has the status of an error of the server."""
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
"""A server that comes up, or whose store is slow. An eviction that a budget refuses is `kubectl drain`'s business."""

"""A kubelet that does as an image's name says, on nodes whose own kubelets are left out, and serves what was logged.

The API server, the scheduler and the controllers are real; pods, events and logs go the way they go in a cluster: the
API server asks a node's kubelet for a log over TLS, and this is who answers. `good:1` becomes ready, `missing:1` is
never pulled, `crash:1` ends, and so on: see BEHAVIOURS.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import yaml

from tests.delivery.readiness import kubelet_words as words
from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import certificates

NUMBERS = count(1)


class Kubelet:
    """Plays the kubelet of every node. A context manager."""

    def __init__(self, api: ApiServer, kubeconfig: Path, folder: Path) -> None:
        self.api = api
        self.logs: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        """Lines by pod, container and how often it was restarted before."""
        self.ready_at: dict[str, float] = {}
        """When each pod was Ready, by time.monotonic()."""
        self._written = threading.Condition()
        self._ended: set[tuple[str, str, int]] = set()
        self._steps: dict[str, int] = {}
        self._stopped = threading.Event()
        configuration = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        user, cluster = configuration["users"][0]["user"], configuration["clusters"][0]["cluster"]
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        context.load_cert_chain(user["client-certificate"], user["client-key"])
        self._http = httpx.Client(base_url=cluster["server"], verify=context, trust_env=False, timeout=300)
        self._server = self._serving(folder)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, daemon=True),
            threading.Thread(target=self._work, daemon=True),
        ]

    def __enter__(self) -> Kubelet:
        port = self._server.server_address[1]
        for node in self.api.objects("v1", "Node"):
            # Once kwok has written the port of its own, which is none.
            end = time.monotonic() + 300
            while not _port(self._node(node["metadata"]["name"])) and time.monotonic() < end:
                time.sleep(0.1)
                if any(
                    one.get("type") == "InternalIP"
                    for one in self._node(node["metadata"]["name"])["status"].get("addresses", [])
                ):
                    break
            changes = {"status": {"daemonEndpoints": {"kubeletEndpoint": {"Port": port}}}}
            answer = self.api.patch("v1", "Node", node["metadata"]["name"], changes=changes, subresource="status")
            assert not answer.refusal, answer.refusal
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with self._written:
            self._written.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._threads[1].join()
        self._http.close()

    def write(self, pod: str, container: str, *lines: str, run: int = 0) -> None:
        """A container writes these lines."""
        with self._written:
            self.logs[pod, container, run] += lines
            self._written.notify_all()

    def status(self, pod: dict[str, Any], **status: Any) -> None:
        """Sets a pod's status, as a kubelet does."""
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        for one in status.get("containerStatuses", []):
            if "terminated" in one["state"]:
                self.end(name, one["name"], one["restartCount"])
            elif one["restartCount"]:
                self.end(name, one["name"], one["restartCount"] - 1)
        answer = self.api.patch("v1", "Pod", name, namespace, changes={"status": status}, subresource="status")
        assert not answer.refusal or answer.status == 404, answer.refusal

    def end(self, pod: str, container: str, run: int = 0) -> None:
        """A container has ended: its log is whole."""
        with self._written:
            self._ended.add((pod, container, run))
            self._written.notify_all()

    def tell(self, pod: dict[str, Any], reason: str, message: str, *, field: str = "", warning: bool = True) -> None:
        """An event about a pod."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        metadata = pod["metadata"]
        about = {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
        }
        if field:
            about["fieldPath"] = f"spec.containers{{{field}}}"
        answer = self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": f"{metadata['name']}.{next(NUMBERS):x}", "namespace": metadata["namespace"]},
                "involvedObject": about,
                "reason": reason,
                "message": message,
                "type": "Warning" if warning else "Normal",
                "source": {"component": "kubelet"},
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
            }
        )
        assert not answer.refusal, answer.refusal

    def _work(self) -> None:
        while not self._stopped.wait(0.05):
            for pod in self.api.objects("v1", "Pod"):
                if pod["metadata"].get("deletionTimestamp"):
                    self._remove(pod)
                elif pod["spec"].get("nodeName"):
                    behaviour = BEHAVIOURS.get(pod["spec"]["containers"][0]["image"].partition(":")[0])
                    step = self._steps[pod["metadata"]["uid"]] = self._steps.get(pod["metadata"]["uid"], 0) + 1
                    if behaviour is not None:
                        behaviour(self, pod, step)

    def _remove(self, pod: dict[str, Any]) -> None:
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        self._http.request("DELETE", path, json={"gracePeriodSeconds": 0})

    def _node(self, name: str) -> dict[str, Any]:
        return self.api.get("v1", "Node", name) or {"status": {}}

    def _serving(self, folder: Path) -> ThreadingHTTPServer:
        kubelet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                kubelet._answer(self)

            def log_message(self, *_: object) -> None: ...

        authority = certificates.authority(folder, "kubelet-authority")
        pair = certificates.server(folder, "kubelet", authority)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate_file, pair.key_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        return server

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        """`/containerLogs/NAMESPACE/POD/CONTAINER?follow=true&previous=true&tailLines=20`."""
        asked = urlsplit(request.path)
        _, _, _, pod, container = asked.path.split("/")
        query = {key: held[0] for key, held in parse_qs(asked.query).items()}
        run = max(
            [one for name, inside, one in [*self.logs, *self._ended] if (name, inside) == (pod, container)], default=0
        )
        run -= query.get("previous") == "true"
        request.send_response(200 if run >= 0 else 400)
        request.send_header("Content-Type", "text/plain")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        sent = max(0, len(self.logs[pod, container, run]) - int(query["tailLines"])) if "tailLines" in query else 0
        while True:
            with self._written:
                lines = self.logs[pod, container, run][sent:]
                over = query.get("follow") != "true" or (pod, container, run) in self._ended or self._stopped.is_set()
                if not lines and not over:
                    self._written.wait(1)
                    continue
            sent += len(lines)
            content = "".join(f"{line}\n" for line in lines).encode()
            if content:
                request.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
                request.wfile.flush()
            if over:
                request.wfile.write(b"0\r\n\r\n")
                return


def _port(node: dict[str, Any]) -> int:
    return int(((node["status"].get("daemonEndpoints") or {}).get("kubeletEndpoint") or {}).get("Port") or 0)


def _name(pod: dict[str, Any]) -> str:
    return str(pod["spec"]["containers"][0]["name"])


def good(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Ready at the second look; a Job's has its end at the fifth."""
    name = _name(pod)
    is_jobs = any(one["kind"] == "Job" for one in pod["metadata"].get("ownerReferences") or [])
    if step == 2:
        kubelet.write(pod["metadata"]["name"], name, "it begins")
        kubelet.status(
            pod,
            phase="Running",
            podIP="10.1.2.3",
            conditions=[words.condition("Ready", "True"), words.condition("ContainersReady", "True")],
            containerStatuses=[words.runs(name=name, ready=True)],
        )
        kubelet.ready_at[pod["metadata"]["name"]] = time.monotonic()
    if step == 5 and is_jobs:
        kubelet.write(pod["metadata"]["name"], name, "it is done")
        done = words.has_ended(0, "Completed", name=name)
        kubelet.status(pod, phase="Succeeded", containerStatuses=[done])


def never(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Runs, and answers its readiness probe with 503."""
    if step == 2:
        kubelet.write(pod["metadata"]["name"], _name(pod), "waiting for the database")
        kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name=_name(pod))])
        kubelet.tell(pod, "Unhealthy", words.NOT_503, field=_name(pod))


def missing(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Its image does not exist; kubelet backs off."""
    if step == 2:
        said = words.NO_SUCH_TAG
        kubelet.status(pod, containerStatuses=[words.waits("ErrImagePull", said, name=_name(pod))])
        kubelet.tell(pod, "Failed", f'Failed to pull image "{words.IMAGE}": {said}', field=_name(pod))
    if step == 20:
        said = f'Back-off pulling image "{words.IMAGE}"'
        kubelet.status(pod, containerStatuses=[words.waits("ImagePullBackOff", said, name=_name(pod))])


def second(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Its image comes at the second pull."""
    missing(kubelet, pod, step if step == 2 else 0)
    good(kubelet, pod, 2 if step == 30 else 0)


def crash(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Ends with 3, begins again at once, and ends again."""
    name, container = pod["metadata"]["name"], _name(pod)
    if step == 2:
        kubelet.write(name, container, "starting", "\x1b[31mno such table: events\x1b[0m")
        kubelet.status(pod, phase="Running", containerStatuses=[words.has_ended(3, name=container)])
    if step == 10:
        kubelet.write(name, container, "starting", "\x1b[31mno such table: events\x1b[0m", run=1)
        kubelet.end(name, container, 1)
        waiting = words.waits(
            "CrashLoopBackOff", "back-off 10s restarting", name=container, restarts=1, last=words.ended(3)
        )
        kubelet.status(pod, phase="Running", containerStatuses=[waiting])


def later(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Is well for a while, and ends then, again and again."""
    good(kubelet, pod, step if step == 2 else 0)
    if step == 25:
        waiting = words.waits(
            "CrashLoopBackOff", "back-off 10s restarting", name=_name(pod), restarts=2, last=words.ended(3)
        )
        unready = [words.condition("Ready", "False"), words.condition("ContainersReady", "False")]
        kubelet.status(pod, phase="Running", conditions=unready, containerStatuses=[waiting])


def restart(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Ends once, and is well then."""
    crash(kubelet, pod, step if step == 2 else 0)
    if step == 20:
        kubelet.status(
            pod,
            phase="Running",
            conditions=[words.condition("Ready", "True"), words.condition("ContainersReady", "True")],
            containerStatuses=[words.runs(name=_name(pod), ready=True, restarts=1, last=words.ended(3))],
        )


def fails(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """A Job's pod that ends with an error."""
    name, container = pod["metadata"]["name"], _name(pod)
    if step == 2:
        kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name=container, ready=True)])
        kubelet.write(name, container, f"migrating in {name}")
    if step == 10:
        kubelet.write(name, container, "relation users is locked")
        kubelet.status(pod, phase="Failed", containerStatuses=[words.has_ended(1, name=container)])


def hangs(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """A Job's pod that never ends."""
    if step == 2:
        kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name=_name(pod), ready=True)])
        kubelet.write(pod["metadata"]["name"], _name(pod), "waiting for a lock")


def unmounted(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """The secrets store has no value for it."""
    if step == 2:
        kubelet.status(pod, containerStatuses=[words.waits("ContainerCreating", name=_name(pod))])
        kubelet.tell(pod, "FailedMount", words.NO_VALUE)


def unconfigured(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """A Secret that it reads is not there."""
    if step == 2:
        waiting = words.waits("CreateContainerConfigError", 'secret "web-secrets" not found', name=_name(pod))
        kubelet.status(pod, containerStatuses=[waiting])


def hungry(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Is ended for its memory, twice."""
    if step == 2:
        end = words.ended(137, "OOMKilled")
        waiting = words.waits("CrashLoopBackOff", "back-off", name=_name(pod), restarts=1, last=end)
        kubelet.status(pod, phase="Running", containerStatuses=[waiting])


def deaf(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Does not answer its liveness probe, so that kubelet ends it, twice."""
    if step == 2:
        kubelet.tell(pod, "Unhealthy", words.NOT_LIVE, field=_name(pod))
        kubelet.tell(pod, "Killing", words.KILLED, field=_name(pod), warning=False)
        waiting = words.waits("CrashLoopBackOff", "back-off", name=_name(pod), restarts=1, last=words.ended(137))
        kubelet.status(pod, phase="Running", containerStatuses=[waiting])


def initial(kubelet: Kubelet, pod: dict[str, Any], step: int) -> None:
    """Its init container ends with an error, twice."""
    if step == 2:
        waiting = words.waits("CrashLoopBackOff", "back-off", name="first", restarts=1, last=words.ended(1))
        starting = words.waits("PodInitializing", name=_name(pod))
        kubelet.status(pod, initContainerStatuses=[waiting], containerStatuses=[starting])


BEHAVIOURS: dict[str, Callable[[Kubelet, dict[str, Any], int], None]] = {
    "good": good,
    "never": never,
    "missing": missing,
    "second": second,
    "crash": crash,
    "later": later,
    "restart": restart,
    "fails": fails,
    "hangs": hangs,
    "hungry": hungry,
    "deaf": deaf,
    "initial": initial,
    "unmounted": unmounted,
    "unconfigured": unconfigured,
}

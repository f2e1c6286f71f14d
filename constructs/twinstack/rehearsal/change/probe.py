"""Watches the endpoints of Services, and notes each time in which one had no ready one, though it had before."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from twinstack.api_server import ApiServer, Watch
from twinstack.rehearsal.change.report import Gap


class Probe:
    """What the watches told. Each change is told, so that no moment falls between two looks.

    Source: Kubernetes documentation, "EndpointSlices": an endpoint is ready where `conditions.ready` is not false.
    """

    def __init__(self, services: Collection[tuple[str, str]]) -> None:
        self._services = frozenset(services)
        self._slices: dict[tuple[str, str], tuple[str, int]] = {}
        self._empty_since: dict[tuple[str, str], float] = {}
        self._ready: set[tuple[str, str]] = set()
        self._gaps: list[Gap] = []
        self._lock = threading.Lock()

    def told(self, kind: str, data: Mapping[str, Any], now: float) -> None:
        """One event of a watch, at a moment in seconds."""
        metadata = data["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        service = (namespace, (metadata.get("labels") or {}).get(_SERVICE, ""))
        if service not in self._services:
            return
        with self._lock:
            if kind == "DELETED":
                self._slices.pop((namespace, name), None)
            else:
                self._slices[namespace, name] = service[1], _ready_of(data)
            count = sum(ready for (space, _), (owner, ready) in self._slices.items() if (space, owner) == service)
            if count:
                self._ready.add(service)
                since = self._empty_since.pop(service, None)
                if since is not None:
                    self._gaps.append(Gap("/".join(service), round(now - since, 1), ended=True))
            elif service in self._ready:
                self._empty_since.setdefault(service, now)

    def gaps(self, now: float) -> tuple[Gap, ...]:
        """Those that have ended, and those that have not."""
        with self._lock:
            still = [Gap("/".join(one), round(now - since, 1), ended=False) for one, since in self._empty_since.items()]
            return (*self._gaps, *still)


@contextmanager
def probing(api: ApiServer, services: Collection[tuple[str, str]]) -> Generator[Probe]:
    """Watches these Services (namespace and name) while the context lasts."""
    probe = Probe(services)
    with ExitStack() as stack:
        for namespace in sorted({namespace for namespace, _ in services}):
            watch = stack.enter_context(api.watch("discovery.k8s.io/v1", "EndpointSlice", namespace))
            thread = threading.Thread(target=_listen, args=(watch, probe), name=f"probe of {namespace}", daemon=True)
            thread.start()
            stack.callback(thread.join, _PATIENCE_SECONDS)
            stack.callback(watch.close)
        yield probe


def _listen(watch: Watch, probe: Probe) -> None:
    for event in watch.events():
        probe.told(event.type, event.object, time.monotonic())


def _ready_of(data: Mapping[str, Any]) -> int:
    return sum((one.get("conditions") or {}).get("ready") is not False for one in data.get("endpoints") or ())


_SERVICE: Final = "kubernetes.io/service-name"
_PATIENCE_SECONDS: Final = 10

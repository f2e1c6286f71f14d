"""Follows the endpoints of every Service by a watch: each moment at which their number changed, not samples of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2 as httpx

from success_metrics.api import Api, JsonObject, RefusedError, at


@dataclass
class Timeline:
    """How many endpoints were ready, from each moment on at which that changed. Seconds since the watch began."""

    changes: list[tuple[float, int]] = field(default_factory=list)
    serving: list[tuple[float, int]] = field(default_factory=list)
    """The same without those that are ready by what the cluster knows, and whose node is gone."""

    def note(self, at_second: float, ready: int, serving: int) -> None:
        """What is true from this moment on."""
        for changes, count in ((self.changes, ready), (self.serving, serving)):
            if not changes or changes[-1][1] != count:
                changes.append((at_second, count))


@dataclass
class Watched:
    """What was seen of one namespace between start and stop."""

    services: dict[str, Timeline] = field(default_factory=dict)
    marks: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    def least(self, service: str, since: float = 0.0) -> int:
        """The fewest endpoints that served at any moment after `since`."""
        return min(within(self.services[service].serving, since), default=0)

    def seconds_below(self, service: str, least: int) -> float:
        """For how long fewer served than `least`."""
        changes = self.services[service].serving
        ends = [*(moment for moment, _ in changes[1:]), self.seconds]
        return sum(end - begin for (begin, count), end in zip(changes, ends, strict=True) if count < least)

    def as_json(self) -> dict[str, Any]:
        """What is kept for the page."""
        return {
            "seconds": round(self.seconds, 1),
            "marks": [[round(moment, 1), text] for moment, text in self.marks],
            "serving": {
                name: [[round(moment, 2), count] for moment, count in line.serving]
                for name, line in self.services.items()
            },
        }


def within(changes: list[tuple[float, int]], since: float) -> list[int]:
    """The counts that held at some moment after `since`."""
    before = [count for moment, count in changes if moment <= since]
    return [*before[-1:], *(count for moment, count in changes if moment > since)]


class Sampler:
    """Watches the EndpointSlices of a namespace. A context manager; `watched` is whole once it is left."""

    def __init__(self, api: Api, namespace: str, is_lost: Callable[[str], bool]) -> None:
        """`is_lost` says of a node's name whether nothing on it answers."""
        self.watched = Watched()
        self._api, self._namespace, self._is_lost = api, namespace, is_lost
        self._slices: dict[str, JsonObject] = {}
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._stopped, self._listed = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, self._look_at_nodes)]

    def __enter__(self) -> Sampler:
        for thread in self._threads:
            thread.start()
        if not self._listed.wait(_PATIENCE_SECONDS):
            raise TimeoutError("the endpoints could not be listed")
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with self._lock:
            self.watched.seconds = self.now()

    def now(self) -> float:
        """Seconds since the watch began."""
        return time.monotonic() - self._began

    def mark(self, text: str) -> float:
        """A step begins; returns when."""
        moment = self.now()
        self.watched.marks.append((moment, text))
        return moment

    def ready(self, service: str) -> int:
        """How many serve now."""
        with self._lock:
            line = self.watched.services.get(service)
            return line.serving[-1][1] if line and line.serving else 0

    def _follow(self) -> None:
        path = at("discovery.k8s.io/v1", "endpointslices", self._namespace)
        while not self._stopped.is_set():
            try:
                found = self._api.get(path) or {}
                with self._lock:
                    self._slices = {one["metadata"]["name"]: one for one in found["items"]}
                    self._count()
                self._listed.set()
                for event in self._api.watch(path, found["metadata"]["resourceVersion"]):
                    if self._stopped.is_set():
                        return
                    if event["type"] == "ERROR":
                        break
                    self._change(event)
            except (httpx.HTTPError, RefusedError, ValueError):
                self._stopped.wait(_PAUSE_SECONDS)

    def _change(self, event: Mapping[str, Any]) -> None:
        name = event["object"]["metadata"].get("name", "")
        with self._lock:
            if event["type"] == "DELETED":
                self._slices.pop(name, None)
            elif event["type"] != "BOOKMARK":
                self._slices[name] = event["object"]
            self._count()

    def _look_at_nodes(self) -> None:
        """A node that is lost changes no EndpointSlice for 50 s: what serves is counted anew."""
        while not self._stopped.wait(_PAUSE_SECONDS):
            with self._lock:
                self._count()

    def _count(self) -> None:
        if self._stopped.is_set():
            return
        counts: dict[str, list[int]] = {name: [0, 0] for name in self.watched.services}
        for one in self._slices.values():
            service = one["metadata"].get("labels", {}).get("kubernetes.io/service-name", "")
            count = counts.setdefault(service, [0, 0])
            ready = [end for end in one.get("endpoints") or [] if (end.get("conditions") or {}).get("ready")]
            count[0] += len(ready)
            count[1] += sum(not self._is_lost(end.get("nodeName", "")) for end in ready)
        for service, (ready_count, serving) in counts.items():
            self.watched.services.setdefault(service, Timeline()).note(self.now(), ready_count, serving)


_PAUSE_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 300.0

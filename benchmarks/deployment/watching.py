"""A watcher beside the tools that are measured: when it saw what change, and when pods were what was waited for."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final, Self

from twinstack.api_server import ApiServer


@dataclass(frozen=True)
class Sight:
    """One state of one workload, and when it was seen."""

    moment: float
    """By the monotonic clock."""
    images: tuple[str, ...]
    ready: bool
    """Whether all its pods run what it says and are ready; of a Job: whether it is complete."""
    replicas: int


class Watcher:
    """Follows every Deployment and Job of a cluster from its start on."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._sights: dict[tuple[str, str, str], list[Sight]] = defaultdict(list)
        self._changed = threading.Condition()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for api_version, kind in _FOLLOWED:
            watch = self._stack.enter_context(self._api.watch(api_version, kind))
            threading.Thread(target=self._follow, args=(kind, watch), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def first(self, namespace: str, name: str, since: float, image: str) -> float:
        """When this Deployment was first seen with that image after a moment. Raises TimeoutError."""

        def found() -> float | None:
            sights = self._sights["Deployment", namespace, name]
            return next((one.moment for one in sights if one.moment >= since and image in one.images), None)

        return self._wait(found, f"{namespace}/{name} has the image {image}")

    def settled(self, namespace: str, wanted: Mapping[tuple[str, str], int]) -> None:
        """Waits until these workloads (kind and name) are ready, each in at least that number. Raises TimeoutError."""

        def found() -> float | None:
            last = [self._sights[kind, namespace, name][-1:] for kind, name in wanted]
            enough = all(
                sights and sights[0].ready and sights[0].replicas >= least
                for sights, least in zip(last, wanted.values(), strict=True)
            )
            return 0.0 if enough else None

        self._wait(found, f"the workloads of {namespace} are ready")

    def forget(self, namespace: str) -> None:
        """What was seen of a namespace that is gone."""
        with self._changed:
            for known in [known for known in self._sights if known[1] == namespace]:
                del self._sights[known]

    def pods_own(self, namespace: str, since: float, until: float) -> float:
        """The seconds between two moments in which at least one workload of a namespace was not ready.

        From when it was first seen so until it was first seen ready, whoever waited for it or not.
        """
        with self._changed:
            spans = sorted(
                span
                for (_, inside, _), sights in self._sights.items()
                if inside == namespace
                for span in _unready(sights, since, until)
            )
        total, reached = 0.0, since
        for begin, end in spans:
            total += max(0.0, end - max(begin, reached))
            reached = max(reached, end)
        return total

    def last_ready(self, namespace: str, since: float) -> float:
        """When the last workload that was not ready since a moment became ready."""
        with self._changed:
            ends = [
                end
                for (_, inside, _), sights in self._sights.items()
                if inside == namespace
                for _, end in _unready(sights, since, float("inf"))
            ]
        return max(ends)

    def _wait(self, found: Callable[[], float | None], what: str) -> float:
        end = time.monotonic() + _PATIENCE_SECONDS
        with self._changed:
            while (moment := found()) is None:
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(f"gave up after {_PATIENCE_SECONDS:g} s waiting until {what}")
            return moment

    def _follow(self, kind: str, watch: Any) -> None:
        for event in watch.events():
            moment = time.monotonic()
            metadata = event.object["metadata"]
            known = (kind, metadata["namespace"], metadata["name"])
            with self._changed:
                if event.type == "DELETED":
                    self._sights.pop(known, None)
                else:
                    self._sights[known].append(_sight(moment, kind, event.object))
                self._changed.notify_all()


def _sight(moment: float, kind: str, found: dict[str, Any]) -> Sight:
    spec, status = found["spec"], found.get("status", {})
    images = tuple(one["image"] for one in spec["template"]["spec"]["containers"])
    if kind == "Job":
        complete = any(one["type"] == "Complete" and one["status"] == "True" for one in status.get("conditions", ()))
        return Sight(moment, images, complete, 1)
    wanted = spec.get("replicas", 1)
    counts = [status.get(count, 0) for count in ("replicas", "updatedReplicas", "availableReplicas")]
    observed = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
    return Sight(moment, images, observed and counts == [wanted] * 3, wanted)


def _unready(sights: list[Sight], since: float, until: float) -> list[tuple[float, float]]:
    """The spans in which a workload was not ready, within two moments."""
    spans = []
    begin: float | None = None
    for one in sights:
        if begin is None and not one.ready:
            begin = one.moment
        elif begin is not None and one.ready:
            spans.append((begin, one.moment))
            begin = None
    if begin is not None:
        spans.append((begin, until))
    return [(max(begin, since), min(end, until)) for begin, end in spans if end > since and begin < until]


_FOLLOWED: Final = (("apps/v1", "Deployment"), ("batch/v1", "Job"))
_PATIENCE_SECONDS: Final = 300.0

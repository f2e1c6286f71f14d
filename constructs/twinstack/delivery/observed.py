"""What the cluster shows of an object, as those ask who judge it: what is wanted, and what its controller says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from twinstack.delivery.manifest import JsonObject


@dataclass(frozen=True)
class Observed:
    """What the rules ask of an object."""

    live: JsonObject
    least: int = 0

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """What is wanted."""
        return self.live.get("spec") or {}

    @cached_property
    def status(self) -> Mapping[str, Any]:
        """What its controller says."""
        return self.live.get("status") or {}

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Name, generation and so on."""
        metadata: Mapping[str, Any] = self.live["metadata"]
        return metadata

    @property
    def goes(self) -> bool:
        """Whether it is being deleted."""
        return bool(self.metadata.get("deletionTimestamp"))

    @property
    def is_unseen(self) -> bool:
        """Whether its controller has not looked at this generation yet; a Job's and others' do not say."""
        return self.live["kind"] in _OBSERVING and self.number("observedGeneration") < int(
            self.metadata.get("generation") or 0
        )

    @property
    def replicas(self) -> int:
        """How many pods are wanted; the API's default is one."""
        given = self.spec.get("replicas")
        return 1 if given is None else int(given)

    def number(self, name: str) -> int:
        """A count of the status; one that is left out is zero."""
        return int(self.status.get(name) or 0)

    def condition(self, kind: str) -> Mapping[str, Any]:
        """A condition of the status; empty where there is none."""
        return next((one for one in self.status.get("conditions") or [] if one["type"] == kind), {})

    def says(self, kind: str, status: str = "True", reason: str = "") -> bool:
        """Whether a condition has this status, and this reason."""
        found = self.condition(kind)
        return found.get("status") == status and (not reason or found.get("reason") == reason)

    def told(self, kind: str) -> str:
        """A condition's reason and message, `DeadlineExceeded: Job was active longer …`."""
        found = self.condition(kind)
        return ": ".join(text for text in (found.get("reason"), found.get("message")) if text)


_OBSERVING: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet"})

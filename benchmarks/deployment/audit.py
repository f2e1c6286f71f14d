"""What an API server was asked, read from its audit log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True)
class Request:
    """One request that was answered."""

    agent: str
    verb: str
    path: str
    received: float
    """By the monotonic clock of this machine."""

    @property
    def writes(self) -> bool:
        """Whether it changed what the cluster holds: a dry run does not, nor does asking for one's rights."""
        return self.verb in _WRITES and "dryRun=All" not in self.path and "accessreviews" not in self.path


class AuditLog:
    """The log, read on from where it was left."""

    def __init__(self, path: Path, clock_offset: float) -> None:
        """`clock_offset`: the seconds by which the wall clock is ahead of the monotonic one."""
        self._path, self._offset = path, clock_offset
        self._position = 0

    def skip(self) -> None:
        """Passes over what is there already."""
        self._position = self._path.stat().st_size

    def requests(self, agent: str, since: float, until: float) -> list[Request]:
        """Who calls itself so asked for this between the two moments, each request once; call `skip` beforehand."""
        with self._path.open("rb") as file:
            file.seek(self._position)
            *lines, _ = file.read().split(b"\n")
        self._position += sum(len(line) + 1 for line in lines)
        found = {entry["auditID"]: self._request(entry) for entry in map(json.loads, lines)}
        return [one for one in found.values() if one.agent.startswith(agent) and since <= one.received <= until]

    def _request(self, entry: dict[str, Any]) -> Request:
        received = datetime.fromisoformat(entry["requestReceivedTimestamp"]).timestamp() - self._offset
        return Request(entry.get("userAgent", ""), entry["verb"], entry["requestURI"], received)


_WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})

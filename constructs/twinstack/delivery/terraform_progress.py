"""What Terraform tells while it applies, as the states of a Progress: one subject for each address.

Source: Terraform, "Machine-Readable UI", version 1.2; OpenTofu writes the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from twinstack.delivery.progress import Progress, State


@dataclass(frozen=True)
class TerraformProgress:
    """Passes on each message of an apply."""

    progress: Progress

    def __call__(self, message: Mapping[str, Any]) -> None:
        """Told every message as it comes; what is about no resource is left out."""
        kind = message.get("type")
        if kind == "planned_change":
            change = message["change"]
            if change["action"] in _DOING:
                self.progress.state(change["resource"]["addr"], State.WAITING)
            return
        hook = message.get("hook") or {}
        action = hook.get("action")
        if kind not in _KINDS or action not in _DOING:
            return
        address, elapsed = hook["resource"]["addr"], hook.get("elapsed_seconds")
        if kind == "apply_complete":
            self.progress.state(address, _DONE[action], f"after {elapsed} s" if elapsed else "")
        elif kind == "apply_errored":
            self.progress.state(address, State.FAILED, f"{_DOING[action]} failed after {elapsed or 0} s")
        else:
            self.progress.state(
                address, State.APPLYING, f"{_DOING[action]}, {elapsed} s" if elapsed else _DOING[action]
            )


_KINDS: Final = frozenset({"apply_start", "apply_progress", "apply_complete", "apply_errored"})
_DOING: Final = {"create": "creating", "update": "changing", "delete": "destroying", "replace": "replacing"}
_DONE: Final = {"create": State.CREATED, "update": State.CHANGED, "delete": State.DELETED, "replace": State.CREATED}

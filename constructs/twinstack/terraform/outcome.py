"""How a command of Terraform ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """How a command of Terraform ended: exit status, what it printed, and how long it took in seconds."""

    status: int
    output: str
    seconds: float

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """The JSON objects it printed, one a line."""
        return [found for found in map(message_of, self.output.splitlines()) if found is not None]


def message_of(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is; None for any other line."""
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None

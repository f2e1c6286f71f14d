"""Random programs as plain data, and what carries them out."""

from __future__ import annotations

from typing import Any


def carry_out(program: dict[str, Any]) -> str:
    """What a program makes."""
    raise NotImplementedError(program)

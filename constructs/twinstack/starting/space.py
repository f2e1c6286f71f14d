"""Address spaces for environments: private, none overlapping another."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network


def free_spaces(taken: Sequence[str], number: int) -> Sequence[str]:
    """So many spaces of 65,536 addresses that overlap neither each other nor those taken: `10.20.0.0/16` and on."""
    held = [space for each in taken if (space := _space(each)) is not None]
    tens = [IPv4Network(f"10.{second}.0.0/16") for second in (*range(20, 256, 10), *range(1, 256))]
    free = [space for space in dict.fromkeys(tens) if not any(space.overlaps(each) for each in held)]
    return [str(space) for space in free[:number]]


def _space(text: str) -> IPv4Network | None:
    """None for text that is no space: whoever loads the environment says so."""
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None

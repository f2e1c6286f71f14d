"""Numbers as Compose and Kubernetes write them."""

from __future__ import annotations

import re
from typing import Any, Final


def mebibytes(text: str) -> int | None:
    """`512M`, `1.5g` or `268435456` in whole MiB; Compose counts by 1024. None for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)i?b?", text.strip().lower())
    if not found:
        return None
    size = float(found[1]) * _BYTES[found[2]] / 2**20
    return max(1, round(size)) if size else None


def cpus(text: str) -> int | None:
    """`0.5` in thousandths of a processor."""
    found = re.fullmatch(r"\d+(?:\.\d+)?", text.strip())
    return max(1, round(float(text) * 1000)) if found and float(text) else None


def seconds(value: Any) -> int | None:
    """`1m30s` in seconds, at least one."""
    if not isinstance(value, str):
        return None
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:\d+(?:ms|us))?", value.strip())
    if not found or not value.strip():
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return max(1, hours * 3600 + minutes * 60 + rest)


def within(value: int, least: int, most: int) -> int:
    """The nearest value that a field takes."""
    return min(max(value, least), most)


_BYTES: Final = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}

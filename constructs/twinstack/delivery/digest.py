"""What stands for a whole content: of one file, of a set of values, of manifests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from twinstack.delivery.manifest import Manifest


def of_bytes(data: bytes) -> str:
    """`sha256:…` of these bytes."""
    return f"{ALGORITHM}:{hashlib.sha256(data).hexdigest()}"


def of_value(value: Any) -> str:
    """`sha256:…` of plain data: the order of keys makes no difference."""
    return of_bytes(canonical(value))


def of_manifests(manifests: Iterable[Manifest]) -> str:
    """`sha256:…` of what is wanted of the cluster: neither the files nor the order of their objects matter."""
    return of_value(sorted((list(one.identity), one.data) for one in _in_order(manifests)))


def canonical(value: Any) -> bytes:
    """Plain data as JSON of one form: the same data, the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def _in_order(manifests: Iterable[Manifest]) -> list[Manifest]:
    return sorted(manifests, key=lambda one: one.identity)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no plain data")


ALGORITHM: Final = "sha256"

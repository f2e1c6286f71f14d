"""The limits of the other half: what Kubernetes takes of one object, and AWS of what an object makes there.

Sources: Kubernetes, "ConfigMaps" and "Secrets" (1 MiB), apimachinery's TotalAnnotationSizeLimitB (256 KiB, looked up on
2026-11-28), and the 50 tags that a resource of AWS has at most (the same day). How many of those EKS takes for itself is not
published, so that no fewer are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twinstack.errors import ConstructionError

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ObjectLimit:
    """One limit on objects of some kinds; of all, where none is named."""

    code: str
    what: str
    most: int
    kinds: tuple[str, ...]
    count: Callable[[Manifest], int]
    fix: str


def inspect_manifests(manifests: Sequence[Manifest], stack_id: str) -> None:
    """Raises ConstructionError, with everything that was found, for objects that are too large for the API server or AWS."""
    found = [
        f"{limit.code}: {manifest['kind']} {manifest['metadata']['name']} has {number:,} {limit.what}, and {limit.most:,} "
        f"are taken: {limit.fix}"
        for manifest in manifests
        for limit in OBJECT_LIMITS
        if not limit.kinds or manifest["kind"] in limit.kinds
        if (number := limit.count(manifest)) > limit.most
    ]
    if found:
        raise ConstructionError(f"{stack_id}, workloads half:\n" + "\n".join(f"  {line}" for line in found))


def _bytes(texts: Mapping[str, Any] | None) -> int:
    return sum(len(key.encode()) + len(str(value).encode()) for key, value in (texts or {}).items())


OBJECT_LIMITS: Final = (
    ObjectLimit("TW352", "bytes of data", 1_048_576, ("ConfigMap", "Secret"), lambda one: _bytes(one.get("data")),
                "keep large values in a bucket"),
    ObjectLimit("TW352", "bytes of annotations", 262_144, (), lambda one: _bytes(one["metadata"].get("annotations")),
                "write fewer or shorter ones"),
    ObjectLimit("TW344", "tags of its load balancer", 50, ("IngressClassParams",),
                lambda one: len(one["spec"].get("tags") or ()), "write fewer under `tags`: EKS adds some of its own"),
)  # fmt: skip

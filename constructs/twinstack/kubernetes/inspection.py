"""What no single object can know: whether two of them get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from twinstack.environment.pod_template import pod_template_of
from twinstack.errors import ConstructionError


class Pods(NamedTuple):
    """One workload's pods, and what it takes for its own."""

    owner: str
    labels: Mapping[str, str]
    selector: Mapping[str, str]


def inspect(manifests: Sequence[Mapping[str, Any]], stack_id: str) -> None:
    """Raises ConstructionError, with everything that was found, for objects that cannot live beside each other."""
    found = [*_same_names(manifests), *_shared_pods(manifests)]
    if found:
        raise ConstructionError(f"{stack_id}, workloads half:\n" + "\n".join(f"  {line}" for line in found))


def _same_names(manifests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    seen: set[tuple[str, str, str]] = set()
    for manifest in manifests:
        metadata = manifest["metadata"]
        group = manifest["apiVersion"].rpartition("/")[0]
        identity = (f"{group}/{manifest['kind']}", metadata.get("namespace", ""), metadata["name"])
        if identity in seen:
            yield f"two objects are called {_title(manifest)}: give one of them another name"
        seen.add(identity)


def _shared_pods(manifests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """An autoscaler, a disruption budget and a Deployment count whatever their selector finds."""
    for one, other in permutations(filter(None, map(_pods, manifests)), 2):
        if one.selector and one.selector.items() <= other.labels.items():
            yield f"{one.owner} would select the pods of {other.owner}: give one of them another label `app`"


def _pods(manifest: Mapping[str, Any]) -> Pods | None:
    template = pod_template_of(manifest)
    if template is None:
        return None
    labels = template.get("metadata", {}).get("labels", {})
    # A Job makes a selector of its own, which finds nothing else.
    return Pods(_title(manifest), labels, manifest["spec"].get("selector", {}).get("matchLabels", {}))


def _title(manifest: Mapping[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"

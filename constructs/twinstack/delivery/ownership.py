"""Whether an object in the cluster is this stack's own: by what it bears, and by who has written it.

Labels alone prove nothing: another tool's objects may bear the same ones (kluctl/kluctl#159), and Kubernetes copies them
to what it makes of an object (Endpoints of a Service, Pods of a Deployment). An Apply entry of our field manager is
written by the API server and nobody else (Kubernetes documentation, "Server-Side Apply", "Field management").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.api_server.client import FIELD_MANAGER
from twinstack.delivery.manifest import JsonObject
from twinstack.labels import INSTANCE, MANAGED_BY, OWNER, label_value

KEEPS: Final = "delivery.twinstack/keeps"
"""The label of what delivery keeps for itself: the records of releases. No release's own object bears it."""


def why_not_ours(live: JsonObject, stack: str) -> str:
    """Why a stack may not delete this object, for a person; empty where it is the stack's own."""
    metadata = live["metadata"]
    labels = metadata.get("labels") or {}
    if labels.get(MANAGED_BY) != OWNER:
        return "it does not bear our label, so it is somebody else's"
    if labels.get(INSTANCE) != label_value(stack):
        return f"it belongs to {labels.get(INSTANCE) or 'no deployment'}"
    appliers = sorted(set(_appliers(live)))
    if FIELD_MANAGER not in appliers:
        return "it bears our labels, and was never applied by twinstack"
    if others := [one for one in appliers if one != FIELD_MANAGER and not one.startswith(f"{FIELD_MANAGER}-")]:
        return f"{', '.join(others)} applies it too"
    if owners := metadata.get("ownerReferences"):
        return f"it belongs to {owners[0].get('kind', 'another object')} {owners[0].get('name', '')}".rstrip()
    return ""


def _appliers(live: JsonObject) -> Iterator[str]:
    for entry in live["metadata"].get("managedFields") or ():
        if entry.get("operation") == "Apply" and not entry.get("subresource"):
            yield entry.get("manager", "")

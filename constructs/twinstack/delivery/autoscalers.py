"""The objects that scale others: Kubernetes' own autoscaler, and KEDA's, which makes one itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from twinstack.delivery.fields import value
from twinstack.delivery.manifest import Identity

API_VERSIONS: Final[Mapping[str, str]] = {
    "ScaledObject": "keda.sh/v1alpha1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
}
"""By kind, where each is asked for; KEDA's first, since with it goes the autoscaler that it has made."""


def target_of(autoscaler: Mapping[str, Any]) -> Identity:
    """What it scales; a Deployment where it does not say what kind, as KEDA has it."""
    target = value(autoscaler, "spec", "scaleTargetRef") or {}
    group = str(target.get("apiVersion") or ("apps/v1" if "kind" not in target else "")).rpartition("/")[0]
    namespace = autoscaler["metadata"].get("namespace", "")
    return Identity(group, target.get("kind", "Deployment"), namespace, target.get("name", ""))


def least_pods(autoscaler: Mapping[str, Any]) -> int | None:
    """How many pods it lets run at least; None where it does not say."""
    found: int | None = value(
        autoscaler, "spec", "minReplicaCount" if autoscaler["kind"] == "ScaledObject" else "minReplicas"
    )
    return found

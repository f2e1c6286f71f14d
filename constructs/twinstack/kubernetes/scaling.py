"""How fast any autoscaler of ours adds replicas and takes them away, in both forms: it adds at once, and takes away slowly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdk8s_plus_27 import k8s


@dataclass(frozen=True, slots=True)
class Rules:
    """One direction: of its policies the one that changes most counts."""

    wait_seconds: int
    """How long a lower number has to be wanted first."""
    policies: Sequence[tuple[str, int, int]]
    """Kind, value, and the seconds in which that much may change."""

    @property
    def typed(self) -> k8s.HpaScalingRulesV2:
        policies = [
            k8s.HpaScalingPolicyV2(type=kind, value=value, period_seconds=seconds)
            for kind, value, seconds in self.policies
        ]
        return k8s.HpaScalingRulesV2(
            stabilization_window_seconds=self.wait_seconds, select_policy=LARGEST, policies=policies
        )

    @property
    def as_object(self) -> dict[str, Any]:
        policies = [{"type": kind, "value": value, "periodSeconds": seconds} for kind, value, seconds in self.policies]
        return {
            "stabilizationWindowSeconds": self.wait_seconds,
            "selectPolicy": LARGEST,
            "policies": policies,
        }


LARGEST: Final = "Max"
UP: Final = Rules(0, (("Percent", 100, 15), ("Pods", 4, 15)))
DOWN: Final = Rules(300, (("Pods", 1, 60), ("Percent", 25, 60)))
"""By one pod or a quarter: a quarter of few pods is rounded to none, and would never end."""

"""What it does to a workload that its pods are to be others: how they are replaced, and whether some of them answer meanwhile.

Source: Kubernetes documentation, "Deployments" (Updating a Deployment), "StatefulSets" (Update strategies) and "DaemonSets".
"""

from __future__ import annotations

from typing import Final

from twinstack.changes.effect import Effect
from twinstack.policy.kubernetes.objects import Object, Objects, reach, share, text


def effect_of_template(one: Object, objects: Objects) -> tuple[Effect, str]:
    """What a change of the template does, and why."""
    lowest, _ = objects.replicas(one)
    if one.kind == "Deployment":
        return _of_deployment(one, lowest)
    if text(one.spec, "updateStrategy", "type") == "OnDelete":
        return Effect.SAFE, "each pod takes it over when somebody deletes it"
    if one.kind == "StatefulSet":
        if lowest <= 1:
            return Effect.INTERRUPTS, "its only pod stops before the next one starts"
        return Effect.RESTARTS, "its pods stop and start one after another"
    if one.kind == "DaemonSet":
        return Effect.RESTARTS, "its pods are replaced node by node"
    return Effect.RESTARTS, "its pods are replaced"


def _of_deployment(one: Object, lowest: int) -> tuple[Effect, str]:
    if text(one.spec, "strategy", "type") == "Recreate":
        return Effect.INTERRUPTS, "its pods stop before the new ones start (Recreate)"
    away = share(reach(one.spec, "strategy", "rollingUpdate", "maxUnavailable") or _USUAL_SHARE, lowest, 0, up=False)
    more = share(reach(one.spec, "strategy", "rollingUpdate", "maxSurge") or _USUAL_SHARE, lowest, 0, up=True)
    if lowest and (away >= lowest or (more == 0 and lowest == 1)):
        return Effect.INTERRUPTS, "all of its pods may be away at once (maxUnavailable)"
    return Effect.RESTARTS, "its pods are replaced a few at a time"


_USUAL_SHARE: Final = "25%"

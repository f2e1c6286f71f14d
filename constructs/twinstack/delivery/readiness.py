"""When an object is ready, still coming, or has failed, by its JSON alone.

The tables below are the specification: for each kind its rules in order, and the first that holds decides. Every rule
has its cases in tests/delivery/readiness_cases.yaml, and a kind without a table is ready as soon as it is stored
(ConfigMap, SecretProviderClass, ServiceAccount, HorizontalPodAutoscaler, a suspended Job, a CronJob).

- A controller's word counts only for this generation: `observedGeneration` has caught up with `generation`.
- `Available` alone says nothing of a rollout: it is True all the while a new version never becomes ready.
- An autoscaler is ready at once; but what it scales is ready only at the autoscaler's minimum (`least`).
- Old pods that end are not waited for: they serve nobody any more, and may take their whole grace period.
- Where a load balancer's controller decides (Ingress, Gateway, Service of type LoadBalancer), an address makes it
  ready. Without one it is waited for as long as a controller has shown itself, by a finalizer or by writing the status;
  where none has within `UNCLAIMED_SECONDS`, nobody will (a cluster without that controller), and it counts as ready
  with that said.

Sources: kubernetes/kubernetes, `pkg/controller/deployment/util` (DeploymentComplete) and `kubectl rollout status`
(polymorphichelpers), read in November 2026; seen on a control plane of 1.36.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.observed import Observed


class Standing(StrEnum):
    """How far an object is."""

    READY = "ready"
    COMING = "coming"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far an object is, and in a few words why: `2 of 3 pods`."""

    standing: Standing
    detail: str = ""
    settles_seconds: float = 0.0
    """Where nothing of it changes for so long, it is ready: nobody is there who would make it so. 0: never."""
    rule: str = ""
    """Which rule decided, for tests."""

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to wait for."""
        return self.standing is Standing.READY


def readiness(live: JsonObject, *, least: int = 0) -> Readiness:
    """How far this object of the cluster is; `least` is the minimum of the autoscaler that scales it."""
    group = live["apiVersion"].rpartition("/")[0]
    observed = Observed(live, least)
    for rule in RULES.get((group, live["kind"]), ()):
        if rule.holds(observed):
            detail = rule.detail if isinstance(rule.detail, str) else rule.detail(observed)
            return Readiness(rule.standing, detail, rule.settles_seconds, rule.name)
    return Readiness(Standing.READY, rule="stored")


@dataclass(frozen=True, slots=True)
class Rule:
    """If it holds, an object stands so."""

    name: str
    holds: Callable[[Observed], bool]
    standing: Standing
    detail: str | Callable[[Observed], str] = ""
    settles_seconds: float = 0.0


def _pods(name: str) -> Callable[[Observed], str]:
    return lambda it: f"{it.number(name)} of {it.replicas} pods"


def _has_deadline(it: Observed) -> bool:
    """Without a deadline a Deployment has no condition Progressing at all (util.HasProgressDeadline)."""
    return it.spec.get("progressDeadlineSeconds", NO_DEADLINE) != NO_DEADLINE


def _is_rolling(it: Observed) -> bool:
    return (it.spec.get("updateStrategy") or {}).get("type", "RollingUpdate") == "RollingUpdate"


def _partition(it: Observed) -> int:
    return int(((it.spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition") or 0)


def _has_address(it: Observed) -> bool:
    entries = (it.status.get("loadBalancer") or {}).get("ingress") or it.status.get("addresses") or []
    return any(one.get("hostname") or one.get("ip") or one.get("value") for one in entries)


def _is_claimed(it: Observed) -> bool:
    """A load balancer's controller puts a finalizer before it makes anything that costs, or writes the status."""
    fields = it.metadata.get("managedFields") or []
    return bool(it.metadata.get("finalizers")) or any(one.get("subresource") == "status" for one in fields)


KEEPS_ROOM: Final = "twinstack/keeps-room-for"
"""The annotation of a Deployment whose pods give way to everything: one of them that waits for a node holds up no release."""
NO_DEADLINE: Final = 2**31 - 1
"""What the API takes for no deadline in `progressDeadlineSeconds`."""
UNCLAIMED_SECONDS: Final = 3.0
"""A controller that runs is told of a new object at once, and puts its finalizer on it in its first pass."""
_GOING: Final = Rule("it is being deleted", lambda it: it.goes, Standing.COMING, "being deleted")
_UNSEEN: Final = Rule("its controller has not seen it", lambda it: it.is_unseen, Standing.COMING, "not yet looked at")
_BELOW: Final = Rule(
    "its autoscaler has not raised it to the minimum",
    lambda it: 0 < it.replicas < it.least,
    Standing.COMING,
    lambda it: f"{it.number('availableReplicas')} of {it.least} pods",
)
DEPLOYMENT: Final = (
    _GOING,
    Rule(
        "its pods only keep room",
        lambda it: KEEPS_ROOM in (it.metadata.get("annotations") or {}),
        Standing.READY,
        lambda it: f"{it.number('availableReplicas')} of {it.replicas} pods keep room",
    ),
    Rule(
        "somebody has paused it",
        lambda it: bool(it.spec.get("paused")),
        Standing.FAILED,
        "it is paused, so no new pod comes until somebody resumes it",
    ),
    _UNSEEN,
    Rule(
        "its progress deadline has passed",
        lambda it: it.says("Progressing", "False", "ProgressDeadlineExceeded"),
        Standing.FAILED,
        lambda it: it.told("Progressing"),
    ),
    _BELOW,
    Rule(
        "pods of this generation are missing",
        lambda it: it.number("updatedReplicas") < it.replicas,
        Standing.COMING,
        _pods("updatedReplicas"),
    ),
    Rule(
        "pods of this generation are not available",
        lambda it: it.number("availableReplicas") - _old(it) < it.replicas,
        Standing.COMING,
        lambda it: f"{max(0, it.number('availableReplicas') - _old(it))} of {it.replicas} pods",
    ),
    Rule(
        "old pods are still there",
        lambda it: _old(it) > 0,
        Standing.COMING,
        lambda it: f"{it.replicas} of {it.replicas} pods, {_old(it)} old",
    ),
    Rule(
        "its controller does not call it available",
        lambda it: it.replicas > 0 and not it.says("Available"),
        Standing.COMING,
        _pods("availableReplicas"),
    ),
    Rule(
        "its controller does not call the rollout done",
        lambda it: _has_deadline(it) and not it.says("Progressing", "True", "NewReplicaSetAvailable"),
        Standing.COMING,
        _pods("availableReplicas"),
    ),
    Rule("all of it", lambda _it: True, Standing.READY, _pods("availableReplicas")),
)


def _old(it: Observed) -> int:
    return max(0, it.number("replicas") - it.number("updatedReplicas"))


STATEFUL_SET: Final = (
    _GOING,
    _UNSEEN,
    _BELOW,
    Rule(
        "pods of this generation are missing",
        lambda it: _is_rolling(it) and it.number("updatedReplicas") < it.replicas - _partition(it),
        Standing.COMING,
        _pods("updatedReplicas"),
    ),
    Rule(
        "its controller still goes from one revision to the next",
        lambda it: (
            _is_rolling(it)
            and not _partition(it)
            and it.status.get("currentRevision") != it.status.get("updateRevision")
        ),
        Standing.COMING,
        _pods("updatedReplicas"),
    ),
    Rule(
        "pods are not available",
        lambda it: it.number("availableReplicas") < it.replicas,
        Standing.COMING,
        _pods("availableReplicas"),
    ),
    Rule("all of it", lambda _it: True, Standing.READY, _pods("availableReplicas")),
)
DAEMON_SET: Final = (
    _GOING,
    _UNSEEN,
    Rule(
        "pods of this generation are missing",
        lambda it: _is_rolling(it) and it.number("updatedNumberScheduled") < it.number("desiredNumberScheduled"),
        Standing.COMING,
        lambda it: f"{it.number('updatedNumberScheduled')} of {it.number('desiredNumberScheduled')} pods",
    ),
    Rule(
        "pods are not available",
        lambda it: it.number("numberAvailable") < it.number("desiredNumberScheduled"),
        Standing.COMING,
        lambda it: f"{it.number('numberAvailable')} of {it.number('desiredNumberScheduled')} pods",
    ),
    Rule("all of it", lambda _it: True, Standing.READY, lambda it: f"{it.number('numberAvailable')} pods"),
)
JOB: Final = (
    Rule("it is complete", lambda it: it.says("Complete"), Standing.READY, "complete"),
    Rule("it has failed", lambda it: it.says("Failed"), Standing.FAILED, lambda it: it.told("Failed")),
    _GOING,
    Rule("it is suspended", lambda it: bool(it.spec.get("suspend")), Standing.READY, "suspended"),
    # Pods that may still write: what it has come to counts once they have ended.
    Rule(
        "it will have failed once its pods have ended",
        lambda it: it.says("FailureTarget"),
        Standing.COMING,
        lambda it: f"ending: {it.condition('FailureTarget').get('reason', '')}",
    ),
    Rule("pods of it have failed", lambda it: it.number("failed") > 0, Standing.COMING, lambda it: _attempt(it)),
    Rule(
        "its last pod has ended and is not yet counted",
        lambda it: not it.number("active") and bool(it.number("succeeded") or it.status.get("uncountedTerminatedPods")),
        Standing.COMING,
        "ending",
    ),
    Rule("it runs", lambda it: it.number("active") > 0, Standing.COMING, "running"),
    Rule("no pod of it has started", lambda _it: True, Standing.COMING, "no pod yet"),
)


def _attempt(it: Observed) -> str:
    limit = it.spec.get("backoffLimit", 6)
    return f"attempt {it.number('failed') + 1} of {int(limit) + 1}"


POD: Final = (
    Rule("it has succeeded", lambda it: it.status.get("phase") == "Succeeded", Standing.READY, "succeeded"),
    Rule(
        "it has failed",
        lambda it: it.status.get("phase") == "Failed",
        Standing.FAILED,
        lambda it: ": ".join(text for text in (it.status.get("reason"), it.status.get("message")) if text) or "failed",
    ),
    _GOING,
    Rule("it is ready", lambda it: it.says("Ready"), Standing.READY),
    Rule("it is not ready", lambda _it: True, Standing.COMING, lambda it: str(it.status.get("phase") or "").lower()),
)
BALANCED: Final = (
    _GOING,
    Rule("it has an address", _has_address, Standing.READY),
    Rule("a controller works at it", _is_claimed, Standing.COMING, "no address yet"),
    Rule("nobody works at it", lambda _it: True, Standing.COMING, "no controller has taken it up", UNCLAIMED_SECONDS),
)
SERVICE: Final = (
    Rule("it needs no load balancer", lambda it: it.spec.get("type") != "LoadBalancer", Standing.READY),
    *BALANCED,
)
GATEWAY: Final = (
    _GOING,
    Rule(
        "it is programmed",
        lambda it: (
            it.says("Programmed")
            and int(it.condition("Programmed").get("observedGeneration") or 0)
            >= int(it.metadata.get("generation") or 0)
        ),
        Standing.READY,
    ),
    Rule(
        "its controller has not accepted it",
        lambda it: it.says("Accepted", "False"),
        Standing.COMING,
        lambda it: it.told("Accepted"),
    ),
    Rule("its controller works at it", lambda it: it.says("Accepted"), Standing.COMING, "not yet programmed"),
    # The definition's own default is Accepted: Unknown.
    Rule("nobody works at it", lambda _it: True, Standing.COMING, "no controller has taken it up", UNCLAIMED_SECONDS),
)


def _parents(it: Observed) -> list[Observed]:
    """What each Gateway says of a route, each as an object of its own; of this generation alone."""
    generation = int(it.metadata.get("generation") or 0)
    found: list[Observed] = []
    for parent in it.status.get("parents") or ():
        said = [one for one in parent.get("conditions") or () if int(one.get("observedGeneration") or 0) >= generation]
        found.append(Observed({**it.live, "status": {"conditions": said}}))
    return found


def _refusals(it: Observed) -> str:
    told = (one.told(kind) for one in _parents(it) for kind in _OF_ROUTES if one.says(kind, "False"))
    return ", ".join(dict.fromkeys(filter(None, told)))


_OF_ROUTES: Final = ("Accepted", "ResolvedRefs")
ROUTE: Final = (
    _GOING,
    Rule("a gateway does not take it", lambda it: bool(_refusals(it)), Standing.COMING, _refusals),
    Rule(
        "every gateway takes it",
        lambda it: bool(_parents(it)) and all(one.says(kind) for one in _parents(it) for kind in _OF_ROUTES),
        Standing.READY,
    ),
    Rule("nobody works at it", lambda _it: True, Standing.COMING, "no gateway has taken it up", UNCLAIMED_SECONDS),
)
SCALED_OBJECT: Final = (
    _GOING,
    Rule("KEDA scales by it", lambda it: it.says("Ready"), Standing.READY),
    Rule(
        "KEDA cannot scale by it yet",
        lambda it: it.says("Ready", "False"),
        Standing.COMING,
        lambda it: it.told("Ready"),
    ),
    Rule("nobody works at it", lambda _it: True, Standing.COMING, "KEDA has not taken it up", UNCLAIMED_SECONDS),
)
DEFINITION: Final = (
    _GOING,
    Rule(
        "its names are taken",
        lambda it: it.says("NamesAccepted", "False"),
        Standing.FAILED,
        lambda it: it.told("NamesAccepted"),
    ),
    Rule("it is established", lambda it: it.says("Established"), Standing.READY),
    Rule("it is not established", lambda _it: True, Standing.COMING, "not yet established"),
)
NAMESPACE: Final = (
    Rule("it is being deleted", lambda it: it.goes, Standing.COMING, "being deleted"),
    Rule("it is there", lambda _it: True, Standing.READY),
)
CLAIM: Final = (
    Rule("its volume is lost", lambda it: it.status.get("phase") == "Lost", Standing.FAILED, "its volume is lost"),
    # A volume may be made only once a pod asks for it.
    Rule("it is stored", lambda _it: True, Standing.READY),
)
RULES: Final[Mapping[tuple[str, str], Sequence[Rule]]] = {
    ("", "Namespace"): NAMESPACE,
    ("", "PersistentVolumeClaim"): CLAIM,
    ("", "Pod"): POD,
    ("", "Service"): SERVICE,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): DEFINITION,
    ("apps", "DaemonSet"): DAEMON_SET,
    ("apps", "Deployment"): DEPLOYMENT,
    ("apps", "StatefulSet"): STATEFUL_SET,
    ("batch", "Job"): JOB,
    ("gateway.networking.k8s.io", "Gateway"): GATEWAY,
    ("gateway.networking.k8s.io", "HTTPRoute"): ROUTE,
    ("keda.sh", "ScaledObject"): SCALED_OBJECT,
    ("networking.k8s.io", "Ingress"): BALANCED,
}
"""By API group and kind."""

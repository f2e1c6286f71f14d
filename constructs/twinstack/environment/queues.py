"""How many tasks wait in a queue, as what makes the autoscaler add a replica.

Source: KEDA, "Scaling Deployments, StatefulSets & Custom Resources" and "Redis Lists" (2.20), read in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from twinstack.environment.container import Scale, scale_of
from twinstack.environment.links import Link, Variable
from twinstack.environment.model import Finding, Model
from twinstack.environment.placement import ClusterPlan

if TYPE_CHECKING:
    from twinstack.environment.spec import WorkloadSpec


class Queue(Model):
    """A queue whose tasks the replicas share."""

    broker: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["cache"])]
    """The linked resource that the tasks wait in, by its field."""
    name: Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[!-~]+$", examples=["celery"])] | None = None
    """The queue's own name there, where it holds several: of a Redis the key of the list, Celery's `celery` unless given."""
    tasks_per_replica: Annotated[int, Field(ge=1, le=1_000_000)]
    """How many may wait for each replica: one more comes where it is more. What a worker has taken already waits no more."""


class WorkerScale(Scale):
    """How many replicas run, and what makes the autoscaler add one: load, or tasks that wait."""

    min: Annotated[int, Field(ge=0, le=1000)]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Replicas that always run. 0, beside a `queue`: none while nothing waits, and the first task waits for a start."""
    queue: Queue | None = None
    """The queue whose length counts as well, in a cluster that has KEDA (`cluster.keda`)."""

    @property
    def has_target(self) -> bool:
        return super().has_target or self.queue is not None

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        if not self.min and self.queue is None:
            yield Finding(
                "TW604",
                "nothing says when to scale",
                ("min",),
                given="min 0, and no queue",
                allowed="at least 1; 0 beside a `queue`, whose first task makes the first replica",
                fix="raise min, or add the queue",
            )


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """How KEDA asks for a queue's length: the type of its scaler, what that is told, and which parts of the connection it reads."""

    type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """The part of the link that fills each parameter of the authentication: `{password: password}`. One that has no value
    is left out."""
    identity: str = ""
    """The provider by whose pod identity KEDA's own pods ask, `aws`, where there is no password."""


@dataclass(frozen=True, slots=True)
class KeyOfSecret:
    """Where a parameter stands: the Kubernetes Secret, and the key in it."""

    secret: str
    key: str


def trigger_of(workload: WorkloadSpec, queue: Queue) -> QueueTrigger | None:
    """How the length of its queue is asked for; None where it does not link to it, or that is no queue."""
    link = _link(workload, queue)
    return link.resource.queue_trigger(queue) if link else None


def keys_of(workload: WorkloadSpec, queue: Queue, trigger: QueueTrigger) -> dict[str, KeyOfSecret] | None:
    """Where KEDA reads each parameter: in a Secret that a pod mounts at any time, which keeps it; None where there is none."""
    for one in _always_running(workload):
        link = _link(one, queue)
        found = _found(one, link, trigger) if link else None
        if found is not None:
            return found
    return None


def check_queue(workload: WorkloadSpec, scale: WorkerScale) -> Iterator[Finding]:
    """What keeps KEDA from scaling by a queue."""
    queue = scale.queue
    if queue is None or scale.is_fixed:
        return
    cluster = workload.environment.find(ClusterPlan)
    if cluster is not None and not cluster.has_keda:
        yield Finding(
            "TW638",
            "nothing in the cluster scales by the length of a queue",
            ("scale", "queue"),
            given=f"{cluster.key}.keda is false",
            allowed="a cluster in which KEDA runs",
            fix=f"install KEDA there and say `{cluster.key}: {{keda: true}}`; or scale by `cpu`",
        )
    link, trigger = _link(workload, queue), trigger_of(workload, queue)
    if trigger is None:
        able = [one.resource.key for one in workload.links if one.resource.queue_trigger(queue)]
        yield _unreadable(
            "broker",
            given=f"{queue.broker}, {'which is no queue' if link else 'which it does not link to'}",
            allowed=", ".join(able) or "a linked resource that holds tasks, such as a Redis",
            fix="name one of these" if able else "link to the broker (`uses`)",
        )
        return
    if keys_of(workload, queue, trigger) is not None:
        return
    named = ", ".join(f"{part}: {queue.broker.upper()}_{part.upper()}" for part in ("url", *trigger.parts.values()))
    names = f"`{{{queue.broker}: {{variables: {{{named}}}}}}}`"
    own = _link(workload, queue)
    if scale.min or own is None or _found(workload, own, trigger) is None:
        yield _unreadable(
            "broker",
            given=f"{queue.broker}, linked to without {' and '.join(trigger.parts.values())} as variables of their own",
            allowed=f"a link that delivers them, from which KEDA reads them too: {names}",
            fix="name them in `uses`",
        )
    else:
        yield _unreadable(
            "broker",
            given="min 0: a workload's Secret is there only while a pod of it runs",
            allowed=f"min 1, or another workload that always runs and links to {queue.broker} in the same way: {names}",
            fix="raise min, or name them in the `uses` of such a workload",
        )


def _unreadable(place: str, *, given: str, allowed: str, fix: str) -> Finding:
    message = "a queue whose length KEDA could not read"
    return Finding("TW639", message, ("scale", "queue", place), given=given, allowed=allowed, fix=fix)


def _link(workload: WorkloadSpec, queue: Queue) -> Link | None:
    return next((one for one in workload.links if one.resource.key == queue.broker), None)


def _always_running(workload: WorkloadSpec) -> Iterator[WorkloadSpec]:
    """Itself first, then the others of which a pod runs at any time."""
    for one in (workload, *(other for other in workload.environment.workloads if other is not workload)):
        scale = scale_of(one)
        if (scale is None or scale.min) and not one.local_run().ends:
            yield one


def _found(workload: WorkloadSpec, link: Link, trigger: QueueTrigger) -> dict[str, KeyOfSecret] | None:
    """Where its own Secret has each parameter; None where it has not all that have a value."""
    keys: dict[str, KeyOfSecret] = {}
    possible = {one.part: one for one in link.made.everything}
    delivered: dict[str, Variable] = {one.part: one for one in link.offer.variables if one.secret and not one.mounted}
    for parameter, part in trigger.parts.items():
        if part in delivered:
            keys[parameter] = KeyOfSecret(workload.secret, delivered[part].key)
        elif part in possible and possible[part].secret:
            return None
    return keys

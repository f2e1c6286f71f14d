"""What is applied and then does nothing: held back, gone before anybody sees it, or taken away again by the cluster.

Source: Kubernetes documentation, "Deployments", "Jobs", "Automatic Cleanup for Finished Jobs", "Images", "Pod Lifecycle",
"Owners and Dependents" and "Finalizers".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Objects, mappings, number, reach, text, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("held-back", "what is applied is held back", "leave it out: who stops it by hand takes it up again by hand")
def held_back(objects: Objects) -> Iterator[Fault]:
    """A paused Deployment, or a suspended Job or CronJob: the release is applied, and nothing of it ever runs."""
    for one in objects.of("Deployment", "Job", "CronJob"):
        field = "paused" if one.kind == "Deployment" else "suspend"
        if one.spec.get(field) is True:
            yield one.fault(f"spec.{field}", "true", "left out")


@RULES("gone-before-seen", "a Job is taken away before anybody sees how it ended", "give it an hour or more")
def gone_before_seen(objects: Objects) -> Iterator[Fault]:
    """A Job whose time to live is over at once: whether it failed is known only to who looked in that moment."""
    for one in objects.of("Job"):
        lives = one.spec.get("ttlSecondsAfterFinished")
        if lives is not None and number(lives, _LEAST_SECONDS) < _LEAST_SECONDS:
            yield one.fault("spec.ttlSecondsAfterFinished", lives, f"{_LEAST_SECONDS} or more")


@RULES("never-pulled", "an image is never pulled", "use IfNotPresent, with a tag or digest of the release")
def never_pulled(objects: Objects) -> Iterator[Fault]:
    """`imagePullPolicy: Never` where nodes come and go: a new one has no image, and its pods do not start."""
    for pods in objects.pods:
        for container in pods.containers:
            if text(container.data, "imagePullPolicy") == "Never":
                yield pods.owner.fault(f"{container.path}.imagePullPolicy", "Never", "IfNotPresent or Always")


@RULES("killed-at-once", "pods have no time to end", "give them the seconds that their work takes")
def killed_at_once(objects: Objects) -> Iterator[Fault]:
    """A grace period of nothing: requests and tasks under way are cut off at each release and each drained node."""
    for pods in objects.pods:
        if reach(pods.spec, "terminationGracePeriodSeconds") == 0:
            yield pods.owner.fault(f"{pods.path}.terminationGracePeriodSeconds", "0", "1 or more")


@RULES("owned-by-nobody", "an object names an owner that no manifest can know", "leave it out")
def owned_by_nobody(objects: Objects) -> Iterator[Fault]:
    """An owner by its uid, which only the cluster gives: of one that is not there, the object is collected as garbage."""
    for one in objects.all:
        for owner in mappings(one.data, "metadata", "ownerReferences"):
            yield one.fault("metadata.ownerReferences", f"{text(owner, 'kind')} {text(owner, 'name')}", "none")


@RULES("never-let-go", "a finalizer of nobody keeps an object for ever", "leave it to the controller that serves it")
def never_let_go(objects: Objects) -> Iterator[Fault]:
    """A finalizer on one of Kubernetes' own objects that no controller of Kubernetes takes off: it can never be deleted."""
    for one in objects.all:
        if "." in one.group and not one.group.endswith(".k8s.io"):
            continue
        for name in texts(one.data, "metadata", "finalizers"):
            if name not in _KNOWN and not name.startswith("kubernetes.io/"):
                yield one.fault("metadata.finalizers", name, "none")


_LEAST_SECONDS: Final = 60
_KNOWN: Final = frozenset({"foregroundDeletion", "orphan", "kubernetes"})

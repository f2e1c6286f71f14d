"""Why something does not become ready, and for how long each reason may still go away by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from twinstack.delivery.manifest import Identity
from twinstack.errors import Problem


class Reason(StrEnum):
    """Why an object has failed. The worst to say comes last: that nothing better is known."""

    IMAGE = "image"
    """An image that cannot be pulled."""
    CRASH = "crash"
    """A container that ends again and again."""
    MEMORY = "memory"
    """A container that is ended for what memory it takes."""
    START = "start"
    """A container that cannot be started at all."""
    SCHEDULING = "scheduling"
    """No node takes the pod."""
    PROBE = "probe"
    """The container runs and does not answer as its probe wants."""
    CONFIGURATION = "configuration"
    """A ConfigMap, a Secret or a key of it that is not there."""
    MOUNT = "mount"
    """A volume that cannot be mounted: the secrets store's above all."""
    QUOTA = "quota"
    """The namespace's quota or limit range refuses the pods."""
    POD_SECURITY = "pod-security"
    """The namespace's level of Pod Security refuses the pods."""
    WEBHOOK = "webhook"
    """An admission webhook refuses the pods, or does not answer."""
    REFUSED = "refused"
    """The API server refuses the pods for another reason."""
    JOB = "job"
    """A Job that has failed for good."""
    PAUSED = "paused"
    """Somebody has paused the rollout."""
    REPLACED = "replaced"
    """Somebody else changed or deleted it meanwhile."""
    VANISHED = "vanished"
    """A Job that is gone, and nothing says how it ended."""
    BALANCER = "balancer"
    """A load balancer that its controller cannot make."""
    OBJECT = "object"
    """Its own controller says that it has failed."""
    DEADLINE = "deadline"
    """The time was up, and nothing more is known."""

    @property
    def code(self) -> str:
        """Its section of docs/errors.md."""
        return _CODES[self]


PULL_SECONDS: Final = 25.0
"""kubelet asks a registry again 10 s after the first failure and 20 s after the second (its back-off, `backOffPeriod`
of 10 s doubled each time): so a pull has failed twice, and one that works the second time is no failure."""
START_SECONDS: Final = 15.0
"""As for a pull: the runtime was asked twice."""
CONFIGURATION_SECONDS: Final = 20.0
"""The secrets store's driver writes the Secret only once a pod has mounted it, and not at that very moment; kubelet
looks again every 10 s or so."""
MOUNT_SECONDS: Final = 40.0
"""kubelet mounts again after 0.5, 1, 2, 4, 8 and 16 s (`goroutinemap/exponentialbackoff`): six attempts. A Pod Identity
association that was made in the same deployment needs some seconds to be known."""
DRIVER_SECONDS: Final = 120.0
"""On a node that has just come, the driver's own DaemonSet pod comes first."""
SCHEDULING_SECONDS: Final = 120.0
"""A new node takes about a minute on EKS Auto Mode: two are enough for one that comes."""
NOMINATED_SECONDS: Final = 300.0
"""Somebody said that a node comes for this pod (Karpenter's `Nominated`, the autoscaler's `TriggeredScaleUp`)."""
READINESS_SECONDS: Final = 120.0
"""As long as a slow start takes. It is counted from the first answer the probe disliked, and is longer where the probe's
own numbers say so."""
QUOTA_SECONDS: Final = 60.0
"""Old pods that end give their share back, within their grace period."""
WEBHOOK_SECONDS: Final = 60.0
"""A webhook's own pod may be on its way: kubernetes/kubernetes issue 102013."""
REFUSED_SECONDS: Final = 20.0
"""A ServiceAccount or a PriorityClass may come a moment later; the controller asks again."""
BALANCER_SECONDS: Final = 60.0
"""A load balancer's controller tries again after seconds, while certificates and subnets are still being found."""
STALE_DEADLINE_SECONDS: Final = 60.0
"""A Deployment that had passed its deadline before this deployment began says so until a pod becomes available: what
was mended meanwhile (a secret, a right) gets the time to show."""
AT_ONCE: Final = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an object of the release did not become ready."""

    identity: Identity
    reason: Reason
    message: str
    """What is wrong, in the cluster's words where it has some: one line."""
    fix: str
    """What to do about it, in the user's terms."""
    log: tuple[str, ...] = ()
    """The last lines that the container wrote, printable and bounded."""
    event: str = ""
    """The event that told it, `FailedMount: …`; empty where the status did."""
    only_reported: bool = False
    """Whether the release stands nevertheless: of a Job after it that says so."""

    @property
    def problem(self) -> Problem:
        """As it is reported, with its code."""
        return Problem(self.reason.code, self.message, path=str(self.identity), given=self.event, fix=self.fix)


_CODES: Final[Mapping[Reason, str]] = {
    Reason.IMAGE: "TW950",
    Reason.CRASH: "TW951",
    Reason.MEMORY: "TW951",
    Reason.START: "TW951",
    Reason.PROBE: "TW952",
    Reason.SCHEDULING: "TW953",
    Reason.CONFIGURATION: "TW954",
    Reason.MOUNT: "TW954",
    Reason.QUOTA: "TW955",
    Reason.POD_SECURITY: "TW955",
    Reason.WEBHOOK: "TW955",
    Reason.REFUSED: "TW955",
    Reason.JOB: "TW956",
    Reason.VANISHED: "TW956",
    Reason.REPLACED: "TW957",
    Reason.PAUSED: "TW957",
    Reason.BALANCER: "TW958",
    Reason.OBJECT: "TW958",
    Reason.DEADLINE: "TW959",
}

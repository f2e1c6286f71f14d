"""Why the API server takes no pods of a workload: quota, Pod Security, a webhook."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from twinstack.delivery.family import Evidence
from twinstack.delivery.finding import Finding, plain, said
from twinstack.delivery.observed import Observed
from twinstack.delivery.reasons import (
    AT_ONCE,
    QUOTA_SECONDS,
    REFUSED_SECONDS,
    WEBHOOK_SECONDS,
    Reason,
)


class _Kind(NamedTuple):
    """One kind of refusal."""

    pattern: str
    reason: Reason
    words: str
    fix: str
    patience_seconds: float


def refusal(evidence: Evidence) -> Finding | None:
    """The refusal of its pods. A ReplicaSet says it in its condition ReplicaFailure, others by an event only.

    A Deployment's own condition may speak of an older ReplicaSet; it counts where this generation's has none of its own.
    """
    if evidence.replica_set is not None:
        observed = Observed(evidence.replica_set)
        return _finding(observed.told("ReplicaFailure"), "") if observed.says("ReplicaFailure") else None
    if evidence.live["kind"] not in {"StatefulSet", "DaemonSet", "Job"}:
        return None
    events = evidence.events_of(evidence.live, "FailedCreate")
    made = evidence.events_of(evidence.live, "SuccessfulCreate")
    if not events or (made and evidence.events.index(made[-1]) > evidence.events.index(events[-1])):
        return None
    return _finding(str(events[-1].get("message", "")), said(events[-1]))


def _finding(message: str, event: str) -> Finding:
    kind = next((one for one in _KINDS if re.search(one.pattern, message)), _OTHER)
    words = f"{kind.words}: {plain(_CREATING.sub('', message))}"
    return Finding(kind.reason, words, kind.fix, kind.patience_seconds, event=event)


_CREATING: Final = re.compile(r"^(FailedCreate: )?(Error creating: |create Pod \S+ in StatefulSet \S+ failed error: )?")
_KINDS: Final = (
    _Kind(
        "violates PodSecurity",
        Reason.POD_SECURITY,
        "Pod Security refuses its pods",
        "give each container the securityContext that the namespace's level demands",
        AT_ONCE,
    ),
    _Kind(
        "exceeded quota|failed quota",
        Reason.QUOTA,
        "the namespace's quota refuses its pods",
        "raise the quota, ask for less, or take away what is not needed there",
        QUOTA_SECONDS,
    ),
    _Kind(
        "limits? to request ratio|(maximum|minimum) (cpu|memory|\\S+) usage per",
        Reason.QUOTA,
        "the namespace's limit range refuses its pods",
        "ask for what the limit range allows",
        AT_ONCE,
    ),
    _Kind(
        "failed calling webhook",
        Reason.WEBHOOK,
        "an admission webhook does not answer",
        "look at the webhook's own pods; until they answer, no pod is admitted",
        WEBHOOK_SECONDS,
    ),
    _Kind(
        "admission webhook .* denied the request|ValidatingAdmissionPolicy",
        Reason.WEBHOOK,
        "an admission rule of the cluster refuses its pods",
        "change what it names, or ask whoever keeps the rule",
        AT_ONCE,
    ),
)
_OTHER: Final = _Kind(
    "",
    Reason.REFUSED,
    "the API server refuses its pods",
    "change what the server names, then deploy again",
    REFUSED_SECONDS,
)

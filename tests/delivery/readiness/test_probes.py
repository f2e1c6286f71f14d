"""Why a container that runs is not ready: which probe, and how long it may be so."""

from __future__ import annotations

from tests.delivery.readiness import kubelet_words as kubelet
from tests.delivery.readiness.test_diagnosis import found
from twinstack.delivery.reasons import READINESS_SECONDS


def test_what_has_started_gets_the_time_of_its_readiness_alone_and_all_of_it() -> None:
    """Else a slow start would leave a readiness that takes its time none, and what never answers twice the time of both."""
    slow = {"periodSeconds": 10, "failureThreshold": 30}
    starting, started = (kubelet.pod(kubelet.runs(started=started)) for started in (False, True))
    for pod in (starting, started):
        pod["spec"]["containers"][0]["startupProbe"] = slow
    before, after = (kubelet.event("Unhealthy", said, field="web") for said in (kubelet.NOT_STARTED, kubelet.NOT_503))
    (first,) = found(starting, events=(before,))
    assert found(started, events=(before,)) == []
    (second,) = found(started, events=(before, after))
    assert first.key != second.key
    assert second.patience_seconds == READINESS_SECONDS

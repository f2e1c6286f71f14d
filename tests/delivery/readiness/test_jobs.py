"""The migration's Job: its log live and by attempts, its two ends, one that hangs, one that is gone."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.delivery.readiness import kubelet_words as words
from tests.delivery.readiness.conftest import PATIENCE_SECONDS, Told, applied, job, waited
from tests.delivery.readiness.doorway import Doorway
from twinstack.delivery import waiting as waiting_module
from twinstack.delivery.jobs import ending_of_gone
from twinstack.delivery.progress import State
from twinstack.delivery.reasons import Failure, Reason
from twinstack.delivery.waiting import Waiter
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from tests.delivery.readiness.kubelet import Kubelet
    from twinstack.api_server import ApiServer
    from twinstack.rehearsal.control_plane import ControlPlane


def pod_of(api: ApiServer, namespace: str) -> dict[str, Any]:
    """The Job's pod, once a node has it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for pod in api.objects("v1", "Pod", namespace):
            if pod["spec"].get("nodeName"):
                return pod
        time.sleep(0.05)
    raise AssertionError("no pod")


def waiting(api: ApiServer, told: Told, manifest: dict[str, Any]) -> tuple[threading.Thread, list[Failure]]:
    """Waits beside the test, which plays the container meanwhile."""
    failures: list[Failure] = []
    answers = applied(api, manifest)
    waiter = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None)
    thread = threading.Thread(target=lambda: failures.extend(waiter.wait(answers)), daemon=True)
    thread.start()
    return thread, failures


def test_a_job_is_waited_for_to_its_end_and_its_log_comes_before(api: ApiServer, namespace: str, told: Told) -> None:
    assert waited(api, told, job(namespace, "good")) == ()
    assert told.states[-1] == (f"Job {namespace}/migration", State.COMPLETE, "complete")
    first, *lines = told.lines
    assert first.startswith("attempt 1: pod migration-")
    assert lines == ["it begins", "it is done"]


def test_lines_are_shown_while_they_are_written(api: ApiServer, kubelet: Kubelet, namespace: str, told: Told) -> None:
    thread, failures = waiting(api, told, job(namespace, "quiet"))
    pod = pod_of(api, namespace)
    name = pod["metadata"]["name"]
    kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name="migration", ready=True)])
    for line in ("creating table events", "\x1b[2Jhalf way", "x" * 2000):
        kubelet.write(name, "migration", line)
        told.wait_for(line[:20].replace("\x1b", "\\x1b"))
        assert thread.is_alive()
    assert "\x1b" not in "".join(told.lines)
    assert max(map(len, told.lines)) <= 500
    kubelet.status(pod, phase="Succeeded", containerStatuses=[words.has_ended(0, "Completed", name="migration")])
    thread.join(PATIENCE_SECONDS)
    assert failures == []


def test_each_attempt_is_named(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, job(namespace, "fails", backoffLimit=1))
    assert failure.reason is Reason.JOB
    assert failure.message == (
        "it has failed (BackoffLimitExceeded: Job has reached the specified backoff limit): "
        "the container migration ended with exit code 1"
    )
    assert failure.log[-1] == "relation users is locked"
    starts = [line for line in told.lines if line.startswith("attempt")]
    assert [line.partition(":")[0] for line in starts] == ["attempt 1", "attempt 2"]
    assert told.lines.count("relation users is locked") == 2
    assert "attempt 2 of 2" in "\n".join(told.details("Job"))


def test_a_container_that_is_restarted_in_its_pod_is_another_attempt(
    api: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    manifest = job(namespace, "quiet", backoffLimit=6)
    manifest["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure"
    thread, failures = waiting(api, told, manifest)
    pod = pod_of(api, namespace)
    name = pod["metadata"]["name"]
    kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name="migration", ready=True)])
    kubelet.write(name, "migration", "first")
    told.wait_for("first")
    kubelet.write(name, "migration", "second", run=1)
    again = words.runs(name="migration", ready=True, restarts=1, last=words.ended(1))
    kubelet.status(pod, phase="Running", containerStatuses=[again])
    told.wait_for("second")
    done = words.has_ended(0, "Completed", name="migration", restarts=1)
    kubelet.status(pod, phase="Succeeded", containerStatuses=[done])
    thread.join(PATIENCE_SECONDS)
    assert failures == []
    assert [line.partition(":")[0] for line in told.lines] == ["attempt 1", "first", "attempt 1, restart 1", "second"]


def test_a_restart_between_two_looks_loses_no_line(
    api: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    """Its log is the previous one by then."""
    manifest = job(namespace, "quiet", backoffLimit=6)
    manifest["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure"
    answers = applied(api, manifest)
    pod = pod_of(api, namespace)
    name = pod["metadata"]["name"]
    kubelet.write(name, "migration", "first")
    kubelet.write(name, "migration", "second", run=1)
    done = words.has_ended(0, "Completed", name="migration", restarts=1)
    kubelet.status(pod, phase="Succeeded", containerStatuses=[done])
    assert Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert {"first", "second"} <= set(told.lines)


def test_a_broken_connection_shows_no_line_twice_and_loses_none(
    api: ApiServer, kubelet: Kubelet, left_alone: ControlPlane, namespace: str, told: Told, tmp_path: Path
) -> None:
    from twinstack.api_server import ApiServer

    with Doorway(left_alone.kubeconfig, tmp_path) as doorway, ApiServer.from_kubeconfig(doorway.kubeconfig) as through:
        thread, failures = waiting(through, told, job(namespace, "quiet"))
        pod = pod_of(api, namespace)
        name = pod["metadata"]["name"]
        kubelet.status(pod, phase="Running", containerStatuses=[words.runs(name="migration", ready=True)])
        kubelet.write(name, "migration", "one")
        told.wait_for("one")
        doorway.shut()
        kubelet.write(name, "migration", "two")
        time.sleep(1)
        doorway.open()
        told.wait_for("two")
        kubelet.write(name, "migration", "three")
        kubelet.status(pod, phase="Succeeded", containerStatuses=[words.has_ended(0, "Completed", name="migration")])
        thread.join(PATIENCE_SECONDS)
    assert failures == []
    assert told.lines[1:] == ["one", "two", "three"]


def test_a_job_that_hangs_is_ended_by_the_deadline_and_says_so(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, job(namespace, "hangs"), seconds=4)
    assert failure.reason is Reason.DEADLINE
    assert failure.message == "it had not come to its end after 4 s and was ended"
    assert failure.log == ("waiting for a lock",)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        live = api.get("batch/v1", "Job", "migration", namespace) or {}
        ends = [one for one in live["status"].get("conditions", []) if one["type"] == "Failed"]
        if ends:
            assert ends[0]["reason"] == "DeadlineExceeded"
            return
        time.sleep(0.1)
    raise AssertionError("it was not ended")


def test_its_own_deadline_is_told_as_such(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, job(namespace, "hangs", activeDeadlineSeconds=2))
    assert failure.reason is Reason.JOB
    assert "DeadlineExceeded" in failure.message
    assert failure.log == ("waiting for a lock",)


def test_a_job_that_its_time_to_live_took_away_is_looked_up(
    api: ApiServer, namespace: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone before anybody looks, and the server has no history that far: nothing was seen but the first answer."""
    monkeypatch.setattr(waiting_module, "_SILENCE_SECONDS", 1)
    answers = applied(api, job(namespace, "good", ttlSecondsAfterFinished=0))
    end = time.monotonic() + PATIENCE_SECONDS
    while api.get("batch/v1", "Job", "migration", namespace) and time.monotonic() < end:
        time.sleep(0.1)
    answers[0]["metadata"]["resourceVersion"] = ""
    assert Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert told.states[-1] == (f"Job {namespace}/migration", State.COMPLETE, "Job completed")


def test_a_job_that_somebody_deleted_is_unknown_and_not_failed(api: ApiServer, namespace: str, told: Told) -> None:
    answers = applied(api, job(namespace, "hangs"))
    pod_of(api, namespace)
    api.delete("batch/v1", "Job", "migration", namespace)
    (failure,) = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers)
    assert failure.reason is Reason.VANISHED
    assert failure.message == "it is gone, and nothing says whether it completed"


def test_a_log_that_may_not_be_read_holds_nothing_up(
    left_alone: ControlPlane, api: ApiServer, namespace: str, told: Told
) -> None:
    from twinstack.api_server import ApiServer, Lines

    class Deaf(ApiServer):
        """As for a user without the right to read logs."""

        def follow_log(self, *_: Any, **__: Any) -> Lines:
            raise ClusterError("pods/log is forbidden", status=403)

    answers = applied(api, job(namespace, "good"))
    with Deaf.from_kubeconfig(left_alone.kubeconfig) as deaf:
        assert Waiter(deaf, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert told.lines[1:] == ["its log cannot be read: pods/log is forbidden"]


def test_a_gone_jobs_failure_is_looked_up_too() -> None:
    live = {"metadata": {"uid": "job"}, "spec": {}}
    told = words.event("BackoffLimitExceeded", "Job has reached the specified backoff limit", uid="job")
    assert ending_of_gone(live, [told], []).complete is False
    assert ending_of_gone(live, [{**told, "involvedObject": {"uid": "another"}}], []).complete is None
    assert ending_of_gone(live, [], [{"status": {"phase": "Succeeded"}}]).complete

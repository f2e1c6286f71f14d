"""Waiting on a real control plane: what becomes ready, what was changed by others, and how soon it is noticed."""

from __future__ import annotations

import statistics
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.delivery.readiness import kubelet_words as words
from tests.delivery.readiness.conftest import PATIENCE_SECONDS, Told, applied, deployment, waited
from tests.delivery.readiness.doorway import Doorway
from twinstack.delivery import waiting
from twinstack.delivery.progress import State
from twinstack.delivery.readiness import readiness
from twinstack.delivery.reasons import Reason
from twinstack.delivery.waiting import Waiter
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from tests.delivery.readiness.kubelet import Kubelet
    from twinstack.api_server import ApiServer
    from twinstack.rehearsal.control_plane import ControlPlane

CRASHING = words.waits("CrashLoopBackOff", restarts=1, last=words.ended(1))


def test_a_rollout_is_waited_for_to_its_end(api: ApiServer, namespace: str, told: Told) -> None:
    assert waited(api, told, deployment(namespace, "good", 3)) == ()
    subject = f"Deployment {namespace}/web"
    assert told.states[0] == (subject, State.STARTING, "not yet looked at")
    assert told.states[-1] == (subject, State.READY, "3 of 3 pods")
    live = api.get("apps/v1", "Deployment", "web", namespace)
    assert live is not None
    assert live["status"]["availableReplicas"] == 3


def test_a_second_version_is_waited_for_until_the_first_is_gone(api: ApiServer, namespace: str, told: Told) -> None:
    assert waited(api, told, deployment(namespace, "good", 2)) == ()
    second = deployment(namespace, "good", 2)
    second["spec"]["template"]["spec"]["containers"][0]["image"] = "good:2"
    assert waited(api, told, second) == ()
    pods = [one for one in api.objects("v1", "Pod", namespace) if not one["metadata"].get("deletionTimestamp")]
    assert {one["spec"]["containers"][0]["image"] for one in pods} == {"good:2"}


def test_what_has_nothing_to_wait_for_costs_no_request(
    api: ApiServer, client: ApiServer, namespace: str, told: Told
) -> None:
    answers = applied(api, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}})
    before = client.requests_sent
    assert Waiter(client, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert client.requests_sent == before
    assert told.states == []


def test_two_rollouts_that_go_well_at_once_cost_one_request(
    api: ApiServer, client: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    answers = applied(api, deployment(namespace, "good", 1), deployment(namespace, "good", 1, "two"))
    before = client.requests_sent
    end = time.monotonic() + PATIENCE_SECONDS
    while len([one for one in kubelet.ready_at if one.startswith(("web-", "two-"))]) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert Waiter(client, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert client.requests_sent == before + 1


def test_readiness_is_noticed_by_the_servers_event_and_not_by_looking_now_and_then(
    api: ApiServer, client: ApiServer, namespace: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside another watch that only stamps; what lies between them is ours: about 1 ms in November 2026."""
    monkeypatch.setattr(waiting, "_TICK_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(waiting, "_MOMENT_SECONDS", PATIENCE_SECONDS)
    delays = []
    for number in range(5):
        manifest = deployment(namespace, "good", 1, f"web-{number}")
        (answer,) = applied(api, manifest)
        stamped: list[float] = []
        with api.watch("apps/v1", "Deployment", namespace, since=answer["metadata"]["resourceVersion"]) as watch:
            stamping = threading.Thread(target=_stamp, args=(watch, manifest["metadata"]["name"], stamped))
            stamping.start()
            waiter = Waiter(client, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None)
            assert waiter.wait([answer]) == ()
            stamping.join(PATIENCE_SECONDS)
        delays.append(told.at[-1] - stamped[0])
    assert max(delays) < PATIENCE_SECONDS / 2


def _stamp(watch: Any, name: str, stamped: list[float]) -> None:
    for event in watch.events():
        if event.object["metadata"]["name"] == name and readiness(event.object).is_ready:
            stamped.append(time.monotonic())
            return


def test_a_server_that_is_away_for_a_while_is_waited_for(
    api: ApiServer, left_alone: ControlPlane, namespace: str, told: Told, tmp_path: Path
) -> None:
    from twinstack.api_server import ApiServer

    answers = applied(api, deployment(namespace, "quiet", 1))
    with Doorway(left_alone.kubeconfig, tmp_path) as doorway, ApiServer.from_kubeconfig(doorway.kubeconfig) as through:
        turns = []

        def stop() -> None:
            turns.append(time.monotonic())
            if len(turns) == 5:
                doorway.shut()
                # What happens meanwhile is not told to anybody who was cut off.
                applied(api, deployment(namespace, "quiet", 0))
            if len(turns) == 25:
                doorway.open()

        answers = applied(api, deployment(namespace, "quiet", 1))
        assert Waiter(through, told, deadline_seconds=PATIENCE_SECONDS, stop=stop).wait(answers) == ()
    assert len(turns) > 25
    assert doorway.refused > 1


def test_what_fails_a_release_is_asked_for_once_more(
    left_alone: ControlPlane, api: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    """A watch that told nothing for a while, as behind a server that was away: what it told last is no longer so."""
    from twinstack.api_server import ApiServer, Objects

    class Late(ApiServer):
        """Its first look at pods is at a crash loop that is over by now."""

        looks = 0

        def listed(self, api_version: str, kind: str, *others: Any, **more: Any) -> Objects:
            found = super().listed(api_version, kind, *others, **more)
            if kind == "Pod" and not self.looks:
                self.looks += 1
                for pod in found.items:
                    pod["status"] = {"containerStatuses": [CRASHING]}
            return found

    answers = applied(api, deployment(namespace, "quiet", 1))
    end = time.monotonic() + PATIENCE_SECONDS
    while not api.objects("v1", "Pod", namespace) and time.monotonic() < end:
        time.sleep(0.05)
    with Late.from_kubeconfig(left_alone.kubeconfig) as late:
        threading.Timer(4, lambda: _start(api, kubelet, namespace)).start()
        assert Waiter(late, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
        assert late.looks == 1


def test_a_deadline_says_what_the_pods_do(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, deployment(namespace, "never", 1), seconds=5)
    assert failure.reason is Reason.PROBE
    assert failure.message == (
        "the container web does not pass its readiness probe: HTTP probe failed with statuscode: 503; not ready after 5 s"
    )
    assert failure.log == ("waiting for the database",)
    assert failure.event == "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert told.details("Deployment")[-2].startswith("0 of 1 pods: the container web does not pass its readiness probe")


def test_a_deadline_of_which_nothing_is_known_says_so(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, deployment(namespace, "quiet", 1), seconds=4)
    assert failure.reason is Reason.DEADLINE
    assert failure.message.startswith("not ready after 4 s: 0 of 1 pods; pod web-")


def test_a_crash_loop_is_told_at_once_with_its_last_lines(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, deployment(namespace, "crash", 2))
    assert failure.reason is Reason.CRASH
    assert failure.message == "the container web ended with exit code 3, 2 times"
    assert failure.log == ("starting", "\\x1b[31mno such table: events\\x1b[0m")
    assert told.states[-1] == (f"Deployment {namespace}/web", State.FAILED, failure.message)


def test_one_restart_fails_nothing(api: ApiServer, namespace: str, told: Told) -> None:
    assert waited(api, told, deployment(namespace, "restart", 1)) == ()


def test_pod_security_is_told_at_once(api: ApiServer, namespace: str, told: Told) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    (failure,) = waited(api, told, deployment(namespace, "good", 1))
    assert failure.reason is Reason.POD_SECURITY
    assert 'violates PodSecurity "restricted:latest"' in failure.message


def test_a_rollout_that_somebody_replaces_is_told_by_name(api: ApiServer, namespace: str, told: Told) -> None:
    answers = applied(api, deployment(namespace, "quiet", 1))
    image = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "other:1"}]}}}}
    api.patch("apps/v1", "Deployment", "web", namespace, changes=image, manager="kubectl-set")
    (failure,) = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers)
    assert failure.reason is Reason.REPLACED
    assert failure.message == "kubectl-set changed it meanwhile: what runs is not this release any more"


def test_an_autoscalers_number_and_a_restart_by_hand_replace_nothing(
    api: ApiServer, namespace: str, told: Told
) -> None:
    manifest = deployment(namespace, "good", 1)
    del manifest["spec"]["replicas"]
    answers = applied(api, manifest)
    restart = {"spec": {"replicas": 2, "template": {"metadata": {"annotations": {"restartedAt": "now"}}}}}
    api.patch("apps/v1", "Deployment", "web", namespace, changes=restart, manager="kubectl-rollout")
    assert Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert told.states[-1][2] == "2 of 2 pods"


def test_another_deployment_of_the_same_manager_is_told(api: ApiServer, namespace: str, told: Told) -> None:
    answers = applied(api, deployment(namespace, "quiet", 1))
    time.sleep(1.1)  # managers' times have whole seconds
    applied(api, deployment(namespace, "never", 1))
    (failure,) = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers)
    assert failure.message.startswith("another deployment (twinstack) changed it meanwhile")


def test_a_deleted_deployment_is_told(api: ApiServer, namespace: str, told: Told) -> None:
    answers = applied(api, deployment(namespace, "quiet", 1))
    api.delete("apps/v1", "Deployment", "web", namespace)
    (failure,) = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers)
    assert (failure.reason, failure.message) == (Reason.REPLACED, "somebody deleted it meanwhile")


def test_a_paused_deployment_is_told_with_the_command(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, deployment(namespace, "good", 1, paused=True))
    assert failure.reason is Reason.PAUSED
    assert failure.fix == f"kubectl rollout resume deployment/web -n {namespace}, then deploy again"


def test_a_passed_progress_deadline_names_its_cause(api: ApiServer, namespace: str, told: Told) -> None:
    (failure,) = waited(api, told, deployment(namespace, "never", 1, progressDeadlineSeconds=3))
    assert failure.reason is Reason.PROBE
    assert failure.message.endswith("statuscode: 503; its progress deadline has passed")
    assert failure.log == ("waiting for the database",)


def test_a_deadline_that_had_passed_before_is_no_answer(
    api: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    """The same command again, once what was wrong is mended: nothing is changed, and the old word still stands."""
    broken = deployment(namespace, "quiet", 1, progressDeadlineSeconds=2)
    assert [one.reason for one in waited(api, told, broken)] == [Reason.DEADLINE]
    answers = applied(api, broken)
    started = threading.Timer(2, lambda: _start(api, kubelet, namespace))
    started.start()
    assert Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()


def _start(api: ApiServer, kubelet: Kubelet, namespace: str) -> None:
    from tests.delivery.readiness.kubelet import good

    (pod,) = api.objects("v1", "Pod", namespace)
    good(kubelet, pod, 2)


class StoppedError(Exception):
    """As the lease does it."""


def test_who_is_told_to_stop_stops(api: ApiServer, namespace: str, told: Told) -> None:
    answers = applied(api, deployment(namespace, "quiet", 1))
    asked = []

    def stop() -> None:
        asked.append(time.monotonic())
        if len(asked) == 10:
            raise StoppedError

    before = threading.active_count()
    with pytest.raises(StoppedError):
        Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=stop).wait(answers)
    assert statistics.median(later - one for one, later in pairwise(asked)) < 1
    assert threading.active_count() <= before


def test_an_autoscalers_minimum_is_waited_for(api: ApiServer, namespace: str, told: Told) -> None:
    manifest = deployment(namespace, "good", 1)
    del manifest["spec"]["replicas"]
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 3,
            "maxReplicas": 4,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                }
            ],
        },
    }
    assert waited(api, told, manifest, scaler) == ()
    assert told.states[-1] == (f"Deployment {namespace}/web", State.READY, "3 of 3 pods")


def test_an_ingress_that_nobody_takes_up_is_not_waited_for_long(api: ApiServer, namespace: str, told: Told) -> None:
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "edge", "namespace": namespace},
        "spec": {"ingressClassName": "alb", "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
    }
    assert waited(api, told, ingress) == ()
    assert told.states[-1] == (f"Ingress {namespace}/edge", State.READY, "no controller has taken it up")


def test_an_ingress_that_a_controller_has_is_waited_for_until_it_has_an_address(
    api: ApiServer, namespace: str, told: Told
) -> None:
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "edge", "namespace": namespace},
        "spec": {"ingressClassName": "alb", "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
    }
    answers = applied(api, ingress)
    finalizer = {"metadata": {"finalizers": ["ingress.k8s.aws/resources"]}}
    api.patch("networking.k8s.io/v1", "Ingress", "edge", namespace, changes=finalizer, manager="controller")
    address = {"status": {"loadBalancer": {"ingress": [{"hostname": "k8s-shop.elb.amazonaws.com"}]}}}

    def made() -> None:
        answer = api.patch(
            "networking.k8s.io/v1",
            "Ingress",
            "edge",
            namespace,
            changes=address,
            manager="controller",
            subresource="status",
        )
        assert not answer.refusal, answer.refusal

    threading.Timer(5, made).start()
    assert Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None).wait(answers) == ()
    assert [detail for _, _, detail in told.states][-2:] == ["no address yet", ""]
    api.patch("networking.k8s.io/v1", "Ingress", "edge", namespace, changes={"metadata": {"finalizers": None}})


def test_what_crashes_once_it_was_ready_is_seen_while_it_is_watched_over(
    api: ApiServer, kubelet: Kubelet, namespace: str, told: Told
) -> None:
    from tests.delivery.readiness.kubelet import crash

    answers = applied(api, deployment(namespace, "good", 1))
    waiter = Waiter(api, told, deadline_seconds=PATIENCE_SECONDS, stop=lambda: None)
    assert waiter.wait(answers) == ()
    live = api.get("apps/v1", "Deployment", "web", namespace)
    assert live is not None
    assert waiter.watch_over([live], 3) == ()

    def end() -> None:
        (pod,) = api.objects("v1", "Pod", namespace)
        for step in (2, 10):
            crash(kubelet, pod, step)
        unready = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
        api.patch("v1", "Pod", pod["metadata"]["name"], namespace, changes=unready, subresource="status")

    threading.Timer(2, end).start()
    (failure,) = waiter.watch_over([live], PATIENCE_SECONDS)
    assert failure.reason is Reason.CRASH


def test_who_may_not_see_pods_waits_all_the_same_and_is_told_once(
    left_alone: ControlPlane, api: ApiServer, namespace: str, told: Told
) -> None:
    from twinstack.api_server import ApiServer, Objects

    class Blind(ApiServer):
        """As for a user without the right to look at pods."""

        def listed(self, api_version: str, kind: str, *others: Any, **more: Any) -> Objects:
            if kind in {"Pod", "Event", "ReplicaSet"}:
                raise ClusterError(f"{kind} is forbidden", status=403)
            return super().listed(api_version, kind, *others, **more)

    answers = applied(api, deployment(namespace, "crash", 1))
    with Blind.from_kubeconfig(left_alone.kubeconfig) as blind:
        (failure,) = Waiter(blind, told, deadline_seconds=4, stop=lambda: None).wait(answers)
    assert (failure.reason, failure.message) == (Reason.DEADLINE, "not ready after 4 s: 0 of 1 pods")
    assert told.notes == [
        f"Pod, ReplicaSet, Event in {namespace} may not be seen by this user: "
        "why something does not start cannot be told"
    ]

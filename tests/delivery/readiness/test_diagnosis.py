"""Why a workload does not become ready, told by what kubelet, scheduler and controllers write of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.delivery.readiness import kubelet_words as kubelet
from twinstack.delivery.diagnosis import findings
from twinstack.delivery.family import evidence
from twinstack.delivery.finding import Finding
from twinstack.delivery.reasons import (
    AT_ONCE,
    CONFIGURATION_SECONDS,
    DRIVER_SECONDS,
    MOUNT_SECONDS,
    NOMINATED_SECONDS,
    PULL_SECONDS,
    QUOTA_SECONDS,
    READINESS_SECONDS,
    SCHEDULING_SECONDS,
    WEBHOOK_SECONDS,
    Reason,
)

WEB = "the container web"
ROLE = "the init container application-role"


def found(*pods: dict[str, Any], events: tuple[dict[str, Any], ...] = (), refused: str = "") -> list[Finding]:
    seen = evidence(kubelet.deployment(), replica_sets=[kubelet.replica_set(refused=refused)], pods=pods, events=events)
    return [*findings(seen)]


def of_job(pod: dict[str, Any]) -> list[Finding]:
    live = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "m", "namespace": "shop", "uid": "set", "generation": 1},
    }
    return [*findings(evidence(live, pods=[pod]))]


@pytest.mark.parametrize(
    ("reason", "said", "message", "patience"),
    [
        ("ErrImagePull", kubelet.NO_SUCH_TAG, "does not exist: the registry has no such tag or digest", PULL_SECONDS),
        ("ErrImagePull", kubelet.NO_RIGHT, "cannot be pulled: the cluster has no right to it", PULL_SECONDS),
        ("ErrImagePull", kubelet.HIDDEN, "cannot be pulled: the cluster has no right to it", PULL_SECONDS),
        ("ErrImagePull", kubelet.NO_PLATFORM, "is not made for the processor of this node", PULL_SECONDS),
        ("ErrImagePull", kubelet.UNREACHABLE, "cannot be pulled: the nodes do not reach the registry", 90.0),
        ("ErrImagePull", kubelet.TOO_MANY, "the registry answers too many requests", 90.0),
        ("InvalidImageName", kubelet.BAD_REFERENCE, "is no image reference", AT_ONCE),
        (
            "ErrImageNeverPull",
            'Container image "x" is not present with pull policy of Never',
            "is not on the node",
            25.0,
        ),
        ("ErrImagePull", "something new", "cannot be pulled", PULL_SECONDS),
    ],
)
def test_an_image_that_cannot_be_pulled(reason: str, said: str, message: str, patience: float) -> None:
    (one,) = found(kubelet.pod(kubelet.waits(reason, said)))
    assert one.reason is Reason.IMAGE
    assert one.message.startswith(f"the image {kubelet.IMAGE} ")
    assert message in one.message
    assert one.patience_seconds == patience
    assert one.fix


def test_a_back_off_says_why_by_the_event_before_it() -> None:
    """Before Kubernetes 1.31 the state says `Back-off pulling image` only."""
    events = (
        kubelet.event("Failed", f'Failed to pull image "{kubelet.IMAGE}": {kubelet.NO_RIGHT}', field="web"),
        kubelet.event("BackOff", f'Back-off pulling image "{kubelet.IMAGE}"', field="web", at="12:00:09"),
    )
    pod = kubelet.pod(kubelet.waits("ImagePullBackOff", f'Back-off pulling image "{kubelet.IMAGE}"'))
    (one,) = found(pod, events=events)
    assert "no right to it" in one.message
    assert one.event.startswith("Failed: Failed to pull image")


def test_an_image_that_another_pod_has_may_come_on_this_node_later() -> None:
    other = kubelet.pod({**kubelet.runs(ready=True), "imageID": "sha256:1"})
    other["metadata"] = {**other["metadata"], "name": "web-1-other", "uid": "other"}
    other["status"]["conditions"] = [kubelet.condition("Ready", "True")]
    (one,) = found(kubelet.pod(kubelet.waits("ErrImagePull", kubelet.NO_SUCH_TAG)), other)
    assert one.patience_seconds == SCHEDULING_SECONDS


def test_one_restart_is_no_crash_loop() -> None:
    assert found(kubelet.pod(kubelet.has_ended(1))) == []
    assert found(kubelet.pod(kubelet.runs(restarts=1, last=kubelet.ended(1)))) == []


def test_a_container_that_runs_again_after_two_ends_may_have_found_what_it_waited_for() -> None:
    assert found(kubelet.pod(kubelet.runs(restarts=2, last=kubelet.ended(1)))) == []
    assert [one.reason for one in found(kubelet.pod(kubelet.runs(restarts=3, last=kubelet.ended(1))))] == [Reason.CRASH]


@pytest.mark.parametrize(
    ("end", "reason", "message", "fix"),
    [
        (kubelet.ended(1), Reason.CRASH, f"{WEB} ended with exit code 1, 2 times", "its last lines"),
        (kubelet.ended(139), Reason.CRASH, f"{WEB} ended with exit code 139 (SIGSEGV), 2 times", "its last lines"),
        (kubelet.ended(0, "Completed"), Reason.CRASH, f"{WEB} ends by itself, with exit code 0", "web.command"),
        (
            kubelet.ended(137, "OOMKilled"),
            Reason.MEMORY,
            f"{WEB} took more memory than its limit of 256Mi and was ended, 2 times",
            "raise web.resources.limits.memory",
        ),
        (
            kubelet.ended(128, "StartError", 'exec: "serve": executable file not found in $PATH'),
            Reason.START,
            f'{WEB} cannot be started: exec: "serve": executable file not found in $PATH',
            "correct web.command",
        ),
    ],
)
def test_the_same_end_twice_is_a_crash_loop(end: dict[str, Any], reason: Reason, message: str, fix: str) -> None:
    back_off = "back-off 10s restarting failed container=web pod=web-1-abcde_shop(pod)"
    (one,) = found(kubelet.pod(kubelet.waits("CrashLoopBackOff", back_off, restarts=1, last=end)))
    assert (one.reason, one.patience_seconds) == (reason, AT_ONCE)
    assert one.message.startswith(message)
    assert fix in one.fix
    if reason in {Reason.CRASH, Reason.MEMORY}:
        assert (one.container, one.previous) == ("web", True)


def test_a_liveness_probe_that_ends_the_container_is_named_and_not_the_signal() -> None:
    events = (
        kubelet.event("Unhealthy", kubelet.NOT_LIVE, field="web"),
        kubelet.event("Killing", kubelet.KILLED, field="web", at="12:00:02", warning=False),
    )
    (one,) = found(kubelet.pod(kubelet.waits("CrashLoopBackOff", restarts=1, last=kubelet.ended(137))), events=events)
    assert one.reason is Reason.PROBE
    assert one.message == (
        f'{WEB} does not pass its liveness probe (/health): Get "http://10.1.2.3:8000/health": context deadline exceeded'
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (kubelet.NOT_503, "readiness probe (/health/ready): HTTP probe failed with statuscode: 503"),
        (kubelet.NOT_STARTED, "startup probe: dial tcp 10.1.2.3:8000: connect: connection refused"),
    ],
)
def test_a_probe_says_what_it_was_answered_and_has_its_time(said: str, message: str) -> None:
    pod = kubelet.pod(kubelet.runs(started=said != kubelet.NOT_STARTED))
    (one,) = found(pod, events=(kubelet.event("Unhealthy", said, field="web"),))
    assert one.reason is Reason.PROBE
    assert message in one.message
    assert one.patience_seconds == READINESS_SECONDS
    assert not one.previous


def test_a_slow_start_that_its_probes_allow_is_waited_for() -> None:
    pod = kubelet.pod(kubelet.runs(started=False))
    pod["spec"]["containers"][0]["startupProbe"] = {"periodSeconds": 10, "failureThreshold": 30}
    (one,) = found(pod, events=(kubelet.event("Unhealthy", kubelet.NOT_STARTED, field="web"),))
    assert one.patience_seconds == 2 * (300 + 15)


def test_a_pod_that_only_starts_has_nothing_in_its_way() -> None:
    assert found(kubelet.pod(kubelet.waits("ContainerCreating"))) == []
    assert found(kubelet.pod(kubelet.runs())) == []
    assert found(kubelet.pod()) == []


def test_a_load_balancer_that_does_not_find_it_healthy() -> None:
    gate = 'the status of pod readiness gate "target-health.elbv2.k8s.aws/web" is not "True", but False'
    pod = kubelet.pod(
        kubelet.runs(ready=True),
        conditions=[
            kubelet.condition("ContainersReady", "True"),
            kubelet.condition("Ready", "False", "ReadinessGatesNotReady", gate),
        ],
    )
    (one,) = found(pod)
    assert one.reason is Reason.PROBE
    assert one.message == f"the load balancer does not find its pod healthy: {gate}"


@pytest.mark.parametrize(
    ("message", "words", "fix"),
    [
        (
            kubelet.NO_NODE,
            "no node takes its pod: node(s) had untolerated taint {dedicated: batch}, node(s) didn't match Pod's node "
            "affinity/selector, not enough cpu",
            "more or larger nodes",
        ),
        (
            "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.",
            "no node takes its pod: node(s) didn't match pod topology spread constraints",
            "spread the pods less strictly",
        ),
        ("0/1 nodes are available: 1 Too many pods.", "no node takes its pod: Too many pods", "more or larger nodes"),
        ("no nodes available to schedule pods", "no node takes its pod: no nodes available to schedule pods", "fit"),
    ],
)
def test_what_the_nodes_lack(message: str, words: str, fix: str) -> None:
    pod = kubelet.pod(conditions=[kubelet.condition("PodScheduled", "False", "Unschedulable", message)])
    (one,) = found(pod)
    assert (one.reason, one.patience_seconds) == (Reason.SCHEDULING, SCHEDULING_SECONDS)
    assert one.message == words
    assert fix in one.fix


def test_a_node_that_is_coming_is_waited_for_longer() -> None:
    pod = kubelet.pod(conditions=[kubelet.condition("PodScheduled", "False", "Unschedulable", kubelet.NO_NODE)])
    nominated = kubelet.event("Nominated", "Pod should schedule on: nodeclaim/general-purpose-x", warning=False)
    assert found(pod, events=(nominated,))[0].patience_seconds == NOMINATED_SECONDS


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ('secret "web-secrets" not found', 'secret "web-secrets" not found'),
        ('configmap "web-config" not found', 'configmap "web-config" not found'),
        ("couldn't find key url in Secret shop/web-secrets", "couldn't find key url in Secret shop/web-secrets"),
    ],
)
def test_configuration_that_is_missing_is_named(message: str, what: str) -> None:
    (one,) = found(kubelet.pod(kubelet.waits("CreateContainerConfigError", message)))
    assert (one.reason, one.patience_seconds) == (Reason.CONFIGURATION, CONFIGURATION_SECONDS)
    assert one.message == f"{WEB} lacks what it reads: {what}"


def test_an_image_that_wants_to_be_root_is_told_from_missing_configuration() -> None:
    message = "container has runAsNonRoot and image will run as root (pod: web-1, container: web)"
    (one,) = found(kubelet.pod(kubelet.waits("CreateContainerConfigError", message)))
    assert one.reason is Reason.START
    assert "USER 1000" in one.fix


@pytest.mark.parametrize(
    ("message", "reason", "words", "fix", "patience"),
    [
        (
            kubelet.NO_CLASS,
            Reason.CONFIGURATION,
            '"web-secrets" not found',
            "SecretProviderClass web-secrets",
            MOUNT_SECONDS,
        ),
        (
            kubelet.NO_CONFIG,
            Reason.CONFIGURATION,
            'configmap "web-files" not found',
            "configmap web-files",
            MOUNT_SECONDS,
        ),
        (
            kubelet.NO_VALUE,
            Reason.MOUNT,
            "shadower-shop/database/url: ResourceNotFoundException",
            "a value",
            MOUNT_SECONDS,
        ),
        (kubelet.NO_ROLE, Reason.MOUNT, "An IAM role must be associated", "web's Pod Identity", MOUNT_SECONDS),
        (kubelet.NO_DRIVER, Reason.MOUNT, "list of registered CSI drivers", "the add-on", DRIVER_SECONDS),
    ],
)
def test_a_volume_that_cannot_be_mounted(message: str, reason: Reason, words: str, fix: str, patience: float) -> None:
    events = (kubelet.event("FailedMount", message), kubelet.event("FailedMount", kubelet.TIMED_OUT, at="12:02:00"))
    (one,) = found(kubelet.pod(kubelet.waits("ContainerCreating")), events=events)
    assert (one.reason, one.patience_seconds) == (reason, patience)
    assert words in one.message
    assert "rpc error" not in one.message
    assert fix in one.fix


def test_a_mount_that_worked_in_the_end_is_no_cause() -> None:
    events = (kubelet.event("FailedMount", kubelet.NO_VALUE),)
    assert found(kubelet.pod(kubelet.runs()), events=events) == []


@pytest.mark.parametrize(
    ("said", "reason", "words", "patience"),
    [
        (
            'pods "web-1-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
            Reason.QUOTA,
            "the namespace's quota refuses its pods: ",
            QUOTA_SECONDS,
        ),
        (
            'pods "web-1-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
            Reason.POD_SECURITY,
            "Pod Security refuses its pods: ",
            AT_ONCE,
        ),
        (
            'admission webhook "policy.example.com" denied the request: no digest',
            Reason.WEBHOOK,
            "an admission rule of the cluster refuses its pods: ",
            AT_ONCE,
        ),
        (
            'Internal error occurred: failed calling webhook "policy.example.com": Post "https://x": connection refused',
            Reason.WEBHOOK,
            "an admission webhook does not answer: ",
            WEBHOOK_SECONDS,
        ),
        (
            'pods "web-1-x" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
            Reason.REFUSED,
            "the API server refuses its pods: ",
            20.0,
        ),
    ],
)
def test_pods_that_are_refused(said: str, reason: Reason, words: str, patience: float) -> None:
    (one,) = found(refused=said)
    assert (one.reason, one.patience_seconds) == (reason, patience)
    assert one.message == f"{words}{said}"


def test_an_init_container_is_named_as_one() -> None:
    waiting = kubelet.waits("PodInitializing")
    failing = kubelet.waits("CrashLoopBackOff", name="application-role", restarts=1, last=kubelet.ended(1))
    (one,) = found(kubelet.pod(waiting, initial=(failing,)))
    assert one.message == f"{ROLE} ended with exit code 1, 2 times"
    done = {**kubelet.has_ended(0, "Completed", name="application-role"), "ready": True}
    assert found(kubelet.pod(waiting, initial=(done,))) == []


def test_a_job_judges_its_failed_pods_itself() -> None:
    (one,) = of_job(kubelet.pod(kubelet.has_ended(1), phase="Failed"))
    assert (one.reason, one.patience_seconds) == (Reason.CRASH, math.inf)
    assert one.message == f"{WEB} ended with exit code 1"
    assert of_job(kubelet.pod(kubelet.has_ended(0, "Completed"), phase="Succeeded")) == []


def test_a_job_is_not_left_to_wait_for_an_image_that_does_not_come() -> None:
    (one,) = of_job(kubelet.pod(kubelet.waits("ErrImagePull", kubelet.NO_SUCH_TAG)))
    assert one.patience_seconds == PULL_SECONDS


def test_pods_of_another_generation_do_not_count() -> None:
    broken = kubelet.pod(kubelet.waits("ErrImagePull", kubelet.NO_SUCH_TAG))
    older = {**broken, "metadata": {**broken["metadata"], "ownerReferences": [{"uid": "older"}]}}
    sets = [kubelet.replica_set("1", "older"), kubelet.replica_set("2", "set")]
    assert findings(evidence(kubelet.deployment(), replica_sets=sets, pods=[older])) == ()
    assert len(findings(evidence(kubelet.deployment(), replica_sets=sets, pods=[older, broken]))) == 1
    unseen = kubelet.deployment("1", generation=3)
    assert findings(evidence(unseen, replica_sets=sets, pods=[older, broken])) == ()


def test_what_was_refused_to_an_older_replica_set_does_not_count() -> None:
    sets = [kubelet.replica_set("1", "older", refused="exceeded quota"), kubelet.replica_set("2", "set")]
    assert findings(evidence(kubelet.deployment(), replica_sets=sets)) == ()


def test_a_pod_that_a_node_put_out_is_replaced_and_no_cause() -> None:
    assert found(kubelet.pod(kubelet.has_ended(137), phase="Failed", reason="Evicted")) == []


def test_what_was_told_of_an_object_before_its_generation_is_an_old_story() -> None:
    live = {**kubelet.deployment(), "kind": "StatefulSet"}
    refused = "create Pod web-0 in StatefulSet web failed error: pods is forbidden: exceeded quota: small"
    old = kubelet.event("FailedCreate", refused, uid="deployment", at="11:59:00")
    new = kubelet.event("FailedCreate", refused, uid="deployment", at="12:00:30")
    made = kubelet.event("SuccessfulCreate", "create Pod web-0", uid="deployment", at="12:00:40", warning=False)
    assert findings(evidence(live, events=[old])) == ()
    assert [one.reason for one in findings(evidence(live, events=[old, new]))] == [Reason.QUOTA]
    assert findings(evidence(live, events=[new, made])) == ()


def test_words_of_others_cannot_move_a_cursor_and_have_an_end() -> None:
    (one,) = found(kubelet.pod(kubelet.waits("CreateContainerConfigError", "\x1b[2J" + "x" * 5000 + "\nnext")))
    assert "\x1b" not in one.message
    assert "\n" not in one.message
    assert len(one.message) < 600


def test_a_load_balancer_that_its_controller_cannot_make() -> None:
    live = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "edge", "namespace": "shop", "uid": "ingress"},
    }
    said = "Failed build model due to no certificate found for host: shop.example.com"
    (one,) = findings(evidence(live, events=[kubelet.event("FailedBuildModel", said, uid="ingress")]))
    assert one.reason is Reason.BALANCER
    assert said in one.message

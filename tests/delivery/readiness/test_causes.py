"""Every cause as a real control plane shows it, waited for as long as it may last: side by side, a namespace each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.delivery.readiness.conftest import PATIENCE_SECONDS, Told, deployment, job, waited
from twinstack.delivery.reasons import (
    CONFIGURATION_SECONDS,
    MOUNT_SECONDS,
    PULL_SECONDS,
    QUOTA_SECONDS,
    SCHEDULING_SECONDS,
    WEBHOOK_SECONDS,
    Failure,
    Reason,
)

if TYPE_CHECKING:
    from tests.delivery.readiness.kubelet import Kubelet
    from twinstack.api_server import ApiServer

Make = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """What is applied, and what is told of it."""

    make: Make
    reason: Reason
    words: str
    lasts: float
    """Not told before this many seconds."""
    event: str = ""
    before: tuple[Make, ...] = ()
    """Applied before it."""
    log: tuple[str, ...] = ()


@dataclass
class Outcome:
    """How the wait for a case ended."""

    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0
    told: Told = field(default_factory=Told)


def too_large(namespace: str) -> dict[str, Any]:
    made = deployment(namespace, "good", 1)
    made["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "999"}}
    return made


def nowhere(namespace: str) -> dict[str, Any]:
    return deployment(namespace, "good", 1, pod={"nodeSelector": {"disk": "fast"}})


def with_a_first(image: str) -> Make:
    """A pod whose init container this is for whoever plays the kubelet: only the first container's image counts."""

    def make(namespace: str) -> dict[str, Any]:
        made = deployment(namespace, image, 1)
        made["spec"]["template"]["spec"]["initContainers"] = [{"name": "first", "image": "first:1"}]
        return made

    return make


def without_pods(namespace: str) -> dict[str, Any]:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small", "namespace": namespace}}
    return {**quota, "spec": {"hard": {"pods": "0"}}}


def webhook(namespace: str) -> dict[str, Any]:
    """One that nobody answers for, in this namespace alone."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"policy-{namespace}"},
        "webhooks": [
            {
                "name": "policy.example.com",
                "clientConfig": {"url": "https://127.0.0.1:1/validate"},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "timeoutSeconds": 1,
            }
        ],
    }


def policy(namespace: str) -> dict[str, Any]:
    """A rule of the cluster's, in the API server itself."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": f"digests-{namespace}"},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ],
            },
            "validations": [
                {
                    "expression": "object.spec.containers.all(one, one.image.contains('@'))",
                    "message": "images need a digest",
                }
            ],
        },
    }


def binding(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": f"digests-{namespace}"},
        "spec": {"policyName": f"digests-{namespace}", "validationActions": ["Deny"]},
    }


def nameless_account(namespace: str) -> dict[str, Any]:
    return deployment(namespace, "good", 1, pod={"serviceAccountName": "nobody"})


CASES = {
    "image": Case(
        lambda name: deployment(name, "missing", 2),
        Reason.IMAGE,
        "does not exist: the registry has no such tag or digest",
        PULL_SECONDS,
        "Failed: Failed to pull image",
    ),
    "image of a job": Case(lambda name: job(name, "missing"), Reason.IMAGE, "does not exist", PULL_SECONDS, "Failed: "),
    "crash": Case(
        lambda name: deployment(name, "crash", 1),
        Reason.CRASH,
        "the container web ended with exit code 3, 2 times",
        0,
        log=("starting", "\\x1b[31mno such table: events\\x1b[0m"),
    ),
    "out of memory": Case(
        lambda name: deployment(name, "hungry", 1), Reason.MEMORY, "took more memory than its limit and was ended", 0
    ),
    "init container": Case(
        with_a_first("initial"), Reason.CRASH, "the init container first ended with exit code 1, 2 times", 0
    ),
    "liveness": Case(
        lambda name: deployment(name, "deaf", 1), Reason.PROBE, "does not pass its liveness probe", 0, "Unhealthy: "
    ),
    "mount": Case(
        lambda name: deployment(name, "unmounted", 1),
        Reason.MOUNT,
        "a volume cannot be mounted: us-west-2: Failed fetching secret shadower-shop/database/url",
        MOUNT_SECONDS,
        "FailedMount: ",
    ),
    "configuration": Case(
        lambda name: deployment(name, "unconfigured", 1),
        Reason.CONFIGURATION,
        'the container web lacks what it reads: secret "web-secrets" not found',
        CONFIGURATION_SECONDS,
    ),
    "no room": Case(
        too_large,
        Reason.SCHEDULING,
        "no node takes its pod: not enough cpu",
        SCHEDULING_SECONDS,
        "FailedScheduling: 0/3",
    ),
    "no such node": Case(
        nowhere,
        Reason.SCHEDULING,
        "no node takes its pod: node(s) didn't match Pod's node affinity/selector",
        SCHEDULING_SECONDS,
        "FailedScheduling: 0/3",
    ),
    "quota": Case(
        lambda name: deployment(name, "good", 1),
        Reason.QUOTA,
        "exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0",
        QUOTA_SECONDS,
        before=(without_pods,),
    ),
    "quota of a job": Case(
        lambda name: job(name, "good"),
        Reason.QUOTA,
        "exceeded quota: small",
        QUOTA_SECONDS,
        "FailedCreate: ",
        before=(without_pods,),
    ),
    "webhook": Case(
        lambda name: deployment(name, "good", 1),
        Reason.WEBHOOK,
        'an admission webhook does not answer: Internal error occurred: failed calling webhook "policy.example.com"',
        WEBHOOK_SECONDS,
        before=(webhook,),
    ),
    "policy": Case(
        lambda name: deployment(name, "good", 1),
        Reason.WEBHOOK,
        "images need a digest",
        0,
        before=(policy, binding),
    ),
    "account": Case(nameless_account, Reason.REFUSED, 'the API server refuses its pods: pods "web-', 20, before=()),
}


@pytest.fixture(scope="module")
def outcomes(api: ApiServer, kubelet: Kubelet) -> dict[str, Outcome]:
    """All of them at once: the longest takes two minutes."""
    found = {name: Outcome() for name in CASES}

    def one(number: int, name: str) -> None:
        case, outcome, namespace = CASES[name], found[name], f"cause-{number}"
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        api.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}
        )
        for make in case.before:
            answer = api.apply(make(namespace))
            assert not answer.refusal, answer.refusal
        if case.before:
            time.sleep(3)  # admission rules are not in force at the very moment they are stored
        began = time.monotonic()
        outcome.failures = waited(api, outcome.told, case.make(namespace), seconds=PATIENCE_SECONDS)
        outcome.seconds = time.monotonic() - began

    threads = [threading.Thread(target=one, args=each, daemon=True) for each in enumerate(CASES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE_SECONDS)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_cause_is_told_early_once_it_has_lasted_as_long_as_it_may(name: str, outcomes: dict[str, Outcome]) -> None:
    case, outcome = CASES[name], outcomes[name]
    (failure,) = outcome.failures
    assert failure.reason is case.reason
    assert case.words in failure.message
    assert "not ready after" not in failure.message, "only the deadline ended it"
    assert case.lasts <= outcome.seconds < PATIENCE_SECONDS
    assert failure.event.startswith(case.event)
    assert failure.fix
    if case.log:
        assert failure.log == case.log


@pytest.mark.slow
def test_a_pull_that_works_the_second_time_fails_nothing(api: ApiServer, namespace: str, told: Told) -> None:
    assert waited(api, told, deployment(namespace, "second", 2)) == ()
    assert any("does not exist" in detail for detail in told.details("Deployment"))


@pytest.mark.slow
def test_a_node_that_comes_in_time_fails_nothing(api: ApiServer, namespace: str, told: Told) -> None:
    node = api.objects("v1", "Node")[0]["metadata"]["name"]
    label = {"metadata": {"labels": {"disk": "new"}}}
    threading.Timer(10, lambda: api.patch("v1", "Node", node, changes=label)).start()
    manifest = deployment(namespace, "good", 1, pod={"nodeSelector": {"disk": "new"}})
    assert waited(api, told, manifest) == ()
    assert any("no node takes its pod" in detail for detail in told.details("Deployment"))

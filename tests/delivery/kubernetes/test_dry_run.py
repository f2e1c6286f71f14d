"""What the server would refuse is known before anything is applied, all of it at once, with what to do."""

from __future__ import annotations

import copy

import pytest

from tests.delivery.kubernetes.deployer import NAMESPACE, Deployer, configuration, deployment, job
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.changes import ChangeKind
from twinstack.errors import ConfigurationError

SERVICE: JsonObject = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
}


def test_nothing_is_applied_when_one_document_is_bad(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE)
    bad = copy.deepcopy(SERVICE)
    bad["spec"]["ports"][0]["port"] = 99999
    unknown = configuration("unknown")
    unknown["dada"] = {"a": "1"}
    with pytest.raises(ConfigurationError) as raised:
        deployer.deploy(NAMESPACE, configuration(a="1"), bad, unknown)
    assert [(one.code, one.path) for one in raised.value.problems] == [
        ("TW943", f"Service {deployer.namespace}/web"),
        ("TW943", f"ConfigMap {deployer.namespace}/unknown"),
    ]
    assert "field not declared in schema" in str(raised.value)
    assert deployer.api.get("v1", "ConfigMap", "settings", deployer.namespace) is None
    assert deployer.told.states == []


def test_an_immutable_field_is_refused_with_the_object_the_field_and_the_fix(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, job(), deployment(replicas=1))
    other = deployment(replicas=1)
    other["spec"]["selector"]["matchLabels"]["tier"] = "web"
    other["spec"]["template"]["metadata"]["labels"]["tier"] = "web"
    found = deployer.examine(NAMESPACE, job(image="web:2"), other).problems
    assert [(one.code, one.path, one.given, one.fix) for one in found] == [
        (
            "TW944",
            f"Job {deployer.namespace}/migration",
            "template",
            "give the Job another name (one of its content), or delete it first",
        ),
        (
            "TW944",
            f"Deployment {deployer.namespace}/web",
            "selector",
            "put it back, give the object another name, or delete it first: "
            f"kubectl delete deployment -n {deployer.namespace} web",
        ),
    ]


def test_what_a_namespace_of_the_release_will_hold_is_said_to_be_unchecked(deployer: Deployer) -> None:
    found = deployer.examine(NAMESPACE, configuration(a="1"))
    assert (found.problems, found.unseen_namespaces) == ((), (deployer.namespace,))
    assert found.notes == (
        f"the namespace {deployer.namespace} does not exist yet: what is in it was not checked by the cluster",
    )


def test_a_first_deploy_with_bad_documents_says_all_of_them_and_runs_nothing(deployer: Deployer) -> None:
    bad = copy.deepcopy(SERVICE)
    bad["spec"]["ports"][0]["port"] = 99999
    with pytest.raises(ConfigurationError) as refused:
        deployer.deploy(NAMESPACE, configuration(a="1"), bad, job(), deployment(replicas=-1))
    assert {one.path.split()[0] for one in refused.value.problems} == {"Deployment", "Service"}
    assert deployer.api.objects("batch/v1", "Job", deployer.namespace) == []
    assert deployer.api.objects("apps/v1", "Deployment", deployer.namespace) == []


def test_a_namespace_that_nobody_makes_is_said(deployer: Deployer) -> None:
    (found,) = deployer.examine(configuration(a="1")).problems
    assert (found.code, found.given) == ("TW948", deployer.namespace)


def test_a_kind_that_is_not_served_is_said(deployer: Deployer) -> None:
    other = {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {}}
    (found,) = deployer.examine(NAMESPACE, other).problems or deployer.examine(other).problems
    assert (found.code, found.given) == ("TW947", "Widget in example.org/v1")


def test_pods_that_pod_security_would_refuse_are_said_before_anything_is_applied(deployer: Deployer) -> None:
    strict = copy.deepcopy(NAMESPACE)
    strict["metadata"]["labels"] |= {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    deployer.deploy(strict)
    (found,) = deployer.examine(strict, deployment(replicas=1)).problems
    assert (found.code, found.path) == ("TW946", f"Deployment {deployer.namespace}/web")
    assert "allowPrivilegeEscalation" in found.given
    advised = copy.deepcopy(NAMESPACE)
    advised["metadata"]["labels"] |= {"pod-security.kubernetes.io/warn": "restricted"}
    advised["metadata"]["name"] = f"{deployer.namespace}-advised"
    deployer.namespace = advised["metadata"]["name"]
    deployer.deploy(advised)
    examined = deployer.examine(advised, deployment(replicas=1))
    assert examined.problems == ()
    assert any("would violate PodSecurity" in note for note in examined.notes)


def test_a_dry_run_writes_nothing(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, configuration(a="1"))
    before = deployer.get("ConfigMap", "settings")
    found = deployer.examine(NAMESPACE, configuration(a="2"), SERVICE)
    assert [one.kind for one in found.changes] == [ChangeKind.UNCHANGED, ChangeKind.CHANGED, ChangeKind.CREATED]
    assert deployer.get("ConfigMap", "settings") == before

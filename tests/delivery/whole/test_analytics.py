"""Analytics in production from its first plan to its end: both halves, by the real command line, against real Terraform and
a real control plane; what is played is AWS, and the nodes.

One tale: each step goes on where the one before it ended.
"""

from __future__ import annotations

import inspect
import json
import shutil
from typing import Any, Final

import boto3
import pytest

from tests.delivery.whole.conftest import CLUSTER
from tests.delivery.whole.place import BROKEN, Place, kubeconfig
from twinstack.rehearsal.control_plane import ControlPlane

pytestmark = pytest.mark.slow

SOON = ("--set", "delivery.deadline_seconds=30")


def image(plane: ControlPlane) -> str:
    """The version that stands."""
    found = plane.api.get("apps/v1", "Deployment", "analytics-backend", "analytics")
    assert found is not None
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"]).rpartition(":")[2]


def status_of(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.ended(0, "status", "prod", "--json").out)
    return found


def the_first_release_makes_the_infrastructure_and_then_the_workloads(analytics: Place, plane: ControlPlane) -> None:
    planned = analytics.ended(3, "plan", "prod", "--version", "1.0.0", "--out", "first")
    assert "the cluster shadower-analytics is made by this release: everything in it is new" in planned.out
    assert "the present (1.0.0) against what stands" in planned.out
    assert "aws_eks_cluster.cluster" in planned.out
    assert plane.api.get("v1", "Namespace", "analytics") is None, "planning writes nothing"
    made = analytics.ended(2, "deploy", "--release", "first", "--kubeconfig", "nowhere")
    assert "aws_eks_cluster.cluster  created" in made.said
    assert "the infrastructure is applied, and shadower-analytics is made; its workloads are not" in made.said
    assert "there is no kubeconfig at nowhere" in made.said
    deployed = analytics.ended(0, "deploy", "--release", "first")
    assert "changes are made, and the rest follow" in deployed.said
    assert "analytics-prod 1.0.0: deployed in " in deployed.out
    assert image(plane) == "1.0.0"
    found = status_of(analytics)
    assert (found["release"]["version"], found["whole"]) == ("1.0.0", True)


def an_update_changes_what_it_planned_and_the_same_again_is_nothing(analytics: Place, plane: ControlPlane) -> None:
    planned = analytics.ended(3, "plan", "prod", "--version", "1.1.0", "--out", "second", "--json")
    told = json.loads(planned.out)
    assert {one["kind"] for one in told["workloads"]["changes"]} >= {"created", "changed"}
    backend = next(one for one in told["difference"]["changes"] if one["subject"].endswith("/analytics-backend"))
    assert (backend["class"], backend["cause"]["path"]) == ("restarts", "version")
    assert "deployed in" in analytics.ended(0, "deploy", "--release", "second").out
    assert image(plane) == "1.1.0"
    assert "nothing to do" in analytics.ended(0, "deploy", "--release", "second").out
    analytics.ended(0, "plan", "prod", "--version", "1.1.0", "--out", "same")


def a_version_that_is_never_ready_is_returned_from(analytics: Place, plane: ControlPlane) -> None:
    failed = analytics.ended(1, "deploy", "prod", BROKEN, "--yes", *SOON)
    assert "failed, and returned to 1.1.0" in failed.out
    assert "failed Deployment analytics/analytics-" in failed.out
    assert image(plane) == "1.1.0"
    listed = json.loads(analytics.ended(0, "releases", "prod", "--json").out)
    assert [(one["version"], one["status"]) for one in listed] == [
        (BROKEN, "returned"), ("1.1.0", "succeeded"), ("1.0.0", "succeeded"),
    ]  # fmt: skip
    assert status_of(analytics)["whole"]


def a_plan_that_another_release_overtook_is_stale(analytics: Place, plane: ControlPlane) -> None:
    """And one whose infrastructure somebody changed meanwhile."""
    analytics.ended(3, "plan", "prod", "--version", "1.1.1", "--out", "overtaken")
    analytics.ended(0, "deploy", "prod", "1.1.2", "--yes")
    refused = analytics.ended(3, "deploy", "--release", "overtaken")
    assert "overtaken was planned on release 3, and since then came: 4, 1.1.2, by ada@" in refused.said
    assert image(plane) == "1.1.2"


def a_folder_that_is_not_what_was_planned_is_refused(analytics: Place, plane: ControlPlane) -> None:
    shutil.copytree(analytics.folder / "second", analytics.folder / "touched")
    (worker,) = (analytics.folder / "touched" / "workloads").glob("*worker*.yaml")
    worker.write_text(worker.read_text(encoding="utf-8").replace("1.1.0", "1.1.9"), encoding="utf-8")
    refused = analytics.ended(2, "deploy", "--release", "touched")
    assert "TW9" in refused.said
    assert worker.name in refused.said
    assert image(plane) == "1.1.2"


def another_cluster_another_account_and_missing_rights_are_refused(
    analytics: Place, plane: ControlPlane, server: str
) -> None:
    other = kubeconfig(plane, analytics.folder / "other", arn=f"{CLUSTER}-2", server="https://127.0.0.1:1")
    for command in (("deploy", "--release", "second"), ("status", "prod"), ("rollback", "prod", "--yes")):
        refused = analytics.ended(2, *command, "--kubeconfig", str(other))
        assert "error TW978: the kubeconfig leads to another cluster than the environment's" in refused.said
        assert "aws eks update-kubeconfig --region us-west-2 --name shadower-analytics" in refused.said

    sts = boto3.client(
        "sts", region_name="us-west-2", endpoint_url=server, aws_access_key_id="test", aws_secret_access_key="test"
    )
    keys = sts.assume_role(RoleArn="arn:aws:iam::999988887777:role/other", RoleSessionName="other")["Credentials"]
    elsewhere = analytics.told(
        AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
        AWS_SESSION_TOKEN=keys["SessionToken"],
    )  # fmt: skip
    refused = elsewhere.ended(2, "deploy", "--release", "second")
    assert "error TW977: the AWS credentials are of another account than the environment's" in refused.said
    assert "999988887777" in refused.said
    assert image(plane) == "1.1.2"


def without_rights_nothing_is_written_and_each_right_is_named(
    analytics: Place, plane: ControlPlane, stranger: str
) -> None:
    file = kubeconfig(plane, analytics.folder / "stranger", arn=CLUSTER, token=stranger)
    command = ("deploy", "prod", "1.1.3", "--yes", "--half", "workloads", "--kubeconfig", str(file))
    refused = analytics.ended(1, *command)
    assert 'cannot list resource "configmaps" in API group "" in the namespace "analytics"' in refused.said
    assert "`twinstack doctor` names every right that delivering takes" in refused.said
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    subject = {"kind": "ServiceAccount", "name": "stranger", "namespace": "default"}
    answer = plane.api.create(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "stranger"},
            "roleRef": role,
            "subjects": [subject],
        }
    )
    assert not answer.refusal, answer.refusal
    refused = analytics.ended(2, *command)
    assert "TW945" in refused.said
    assert image(plane) == "1.1.2"


def a_secret_without_a_value_is_named_by_the_doctor_with_how_it_is_given_one(analytics: Place) -> None:
    looked = analytics.ended(1, "doctor", "prod", "--version", "1.1.2")
    assert "put-secret-value" in looked.out


def a_rollback_brings_the_version_before_back(analytics: Place, plane: ControlPlane) -> None:
    assert "nobody can be asked here: say --yes" in analytics.ended(2, "rollback", "prod").said
    back = analytics.ended(0, "rollback", "prod", "1.0.0", "--yes")
    assert "analytics-prod back to 1.0.0 (release 1): deployed in " in back.out
    assert image(plane) == "1.0.0"
    found = status_of(analytics)
    assert (found["release"]["version"], found["whole"]) == ("1.0.0", True)
    unknown = analytics.ended(2, "rollback", "prod", "0.9.0", "--yes")
    assert "0.9.0" in unknown.said


def what_was_changed_by_hand_is_shown_and_mended(analytics: Place, plane: ControlPlane) -> None:
    changes = {"metadata": {"labels": {"app.kubernetes.io/version": "by-hand"}}}
    plane.api.patch("apps/v1", "Deployment", "analytics-worker", "analytics", changes=changes)
    seen = analytics.ended(3, "status", "prod")
    assert "1 thing differs from the release" in seen.out
    assert "Deployment analytics/analytics-worker" in seen.out
    different = json.loads(analytics.ended(3, "diff", "prod", "--live", "--version", "1.0.0", "--json").out)
    worker = next(one for one in different["changes"] if one["subject"] == "Deployment analytics/analytics-worker")
    assert (worker["thing"], worker["action"]) == ("worker", "changed")
    assert [(one["before"], one["after"]) for one in worker["fields"]] == [("by-hand", "1.0.0")]
    assert not [one for one in different["changes"] if one["half"] == "infrastructure" and one["class"] != "safe"]
    elsewhere = analytics.ended(2, "diff", "prod", "--live", "--kubeconfig", str(analytics.folder / "other"))
    assert "error TW978" in elsewhere.said
    named = analytics.ended(2, "diff", "prod", "--live", "--context", "nowhere")
    assert "nowhere" in named.said
    analytics.ended(0, "deploy", "prod", "1.0.0", "--yes")
    status_of(analytics)
    analytics.ended(0, "diff", "prod", "--live", "--version", "1.0.0")


def a_protected_environment_is_not_destroyed_and_an_unprotected_one_is(analytics: Place, plane: ControlPlane) -> None:
    refused = analytics.ended(2, "destroy", "prod", "--yes")
    assert "error TW976: a protected environment is not destroyed" in refused.said
    analytics.edit("environments/prod.yaml", ("protected: true", "protected: false"))
    analytics.edit("environments/prod.yaml", ("deletion_protection: true", "deletion_protection: false"))
    assert "nobody can be asked here: say --yes" in analytics.ended(2, "destroy", "prod").said
    analytics.ended(0, "deploy", "prod", "1.2.0", "--yes")
    destroyed = analytics.ended(0, "destroy", "prod", "--yes")
    assert "analytics-prod is destroyed" in destroyed.out
    said = destroyed.said
    assert said.index("Ingress analytics/") < said.index("Deployment analytics/") < said.index("aws_eks_cluster.")
    for api_version, kind in (("apps/v1", "Deployment"), ("v1", "Service"), ("networking.k8s.io/v1", "Ingress")):
        assert plane.api.objects(api_version, kind, "analytics") == []
    assert plane.api.objects("v1", "Pod", "analytics") == []
    assert plane.api.get("v1", "Namespace", "analytics") is None


def test_production_from_its_first_plan_to_its_end(request: pytest.FixtureRequest) -> None:
    """One test, for each step begins where the one before has ended: several could be given to several workers."""
    for step in STEPS:
        step(**{name: request.getfixturevalue(name) for name in inspect.signature(step).parameters})


STEPS: Final = (
    the_first_release_makes_the_infrastructure_and_then_the_workloads,
    an_update_changes_what_it_planned_and_the_same_again_is_nothing,
    a_version_that_is_never_ready_is_returned_from,
    a_plan_that_another_release_overtook_is_stale,
    a_folder_that_is_not_what_was_planned_is_refused,
    another_cluster_another_account_and_missing_rights_are_refused,
    without_rights_nothing_is_written_and_each_right_is_named,
    a_secret_without_a_value_is_named_by_the_doctor_with_how_it_is_given_one,
    a_rollback_brings_the_version_before_back,
    what_was_changed_by_hand_is_shown_and_mended,
    a_protected_environment_is_not_destroyed_and_an_unprotected_one_is,
)

"""What the pages on upgrades and removals say of Terraform's steps, with real Terraform."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from tests.aws.documents import analytics
from tests.cluster.test_aws import managed
from tests.postgres.stack import releases
from twinstack.changes.former import NOTHING, Outputs
from twinstack.rehearsal.change.infrastructure import rehearse_infrastructure
from twinstack.rehearsal.change.report import InfrastructureChange

pytestmark = pytest.mark.slow
NONE: Final = Outputs(NOTHING, {}, [])


def rehearsed(before: Outputs, after: Outputs) -> InfrastructureChange:
    return rehearse_infrastructure(before, after, "analytics-dev")


def at(version: str) -> Outputs:
    return Outputs(version, analytics("dev", cluster__version=version).blocks, [])


def steps(folder: Path, before: Any, after: Any) -> list[str]:
    """What an apply changes, in the order in which it is done."""
    with releases(folder, before) as state:
        state.apply(before)
        done = state.apply(after)
        assert state.plan(after) == {}
    assert {action for action, _ in done} == {"update"}
    return [address for _, address in done]


def test_an_upgrade_goes_from_the_control_plane_to_the_nodes_to_what_runs_on_them(tmp_path: Path) -> None:
    done = steps(tmp_path, managed(cluster__version="1.35").blocks, managed(cluster__version="1.36").blocks)
    assert done[0] == "aws_eks_cluster.cluster"
    first = {"aws_eks_addon.cluster_vpc_cni", "aws_eks_addon.cluster_kube_proxy"}
    assert {*done[1:3]} == first
    node = done.index("aws_eks_node_group.cluster_general")
    assert node == 3
    assert {one.partition(".")[0] for one in done[4:]} == {"aws_eks_addon"}
    assert {"aws_eks_addon.cluster_coredns", "aws_eks_addon.cluster_metrics_server"} <= {*done[4:]}


def test_two_minor_versions_at_once_are_stopped_with_the_one_between() -> None:
    report = rehearsed(at("1.34"), at("1.36"))
    (found,) = [one for one in report.problems if one.code == "TW991"]
    assert found.path == "aws_eks_cluster.cluster.version"
    assert "1.35, 1.36" in found.fix


def test_an_environment_goes_down_and_comes_up_again_and_says_what_is_held() -> None:
    dev = Outputs("dev", analytics("dev").blocks, [])
    first = rehearsed(NONE, dev)
    assert first.passed, first.lines()
    removal = rehearsed(dev, NONE)
    assert [(one.code, one.path) for one in removal.problems] == [("TW991", "aws_s3_bucket.exports")], (
        "it is to be emptied"
    )
    assert {one.action for one in removal.changes} == {"destroyed"}
    assert [text for text in removal.held if "Secrets Manager" in text] == [], "dev's secrets are gone at once"
    assert [text.partition(":")[0] for text in removal.held] == ["aws_s3_bucket.exports"]
    assert rehearsed(NONE, dev).passed


def test_a_protected_environments_secrets_hold_their_names() -> None:
    whole = analytics("prod").blocks
    stack = {key: whole[key] for key in ("terraform", "provider")}
    secrets = {name: {**one, "lifecycle": {}} for name, one in whole["resource"]["aws_secretsmanager_secret"].items()}
    keys = {name: {**one, "lifecycle": {}} for name, one in whole["resource"]["aws_kms_key"].items()}
    prod = Outputs("prod", {**stack, "resource": {"aws_secretsmanager_secret": secrets, "aws_kms_key": keys}}, [])
    held = rehearsed(prod, NONE).held
    assert {text.partition(":")[0] for text in held} == {f"aws_secretsmanager_secret.{name}" for name in secrets}
    assert all("30 days" in text for text in held)

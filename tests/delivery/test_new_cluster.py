"""A cluster that a deployment has made itself: the way there is asked of AWS, unless somebody said which way to go."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.delivery.cloud import Told
from twinstack.delivery.cluster import Context, connect_to_new
from twinstack.delivery.release import ClusterIdentity
from twinstack.errors import ConfigurationError, UsageError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

pytestmark = pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason="no control plane")
TOLD = re.compile("the infrastructure is applied, and shop is made; its workloads are not")


@pytest.fixture
def cluster(bare_plane: ControlPlane) -> ClusterIdentity:
    arn = "arn:aws:eks:us-west-2:123456789012:cluster/shop"
    return ClusterIdentity("shop", "us-west-2", "123456789012", arn, bare_plane.api.url)


@pytest.fixture
def aws(tmp_path: Path, bare_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only program on the path: it writes down what it was asked, and a kubeconfig."""
    program = tmp_path / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nwhile [ $# -gt 1 ]; do shift; done\n/bin/cp {bare_plane.kubeconfig} "$1"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    return program


def test_aws_writes_a_kubeconfig_that_is_gone_afterwards(cluster: ClusterIdentity, aws: Path, tmp_path: Path) -> None:
    told = Told()
    with connect_to_new(cluster, Context(), told) as api:
        assert api.version().startswith("v1.")
    asked = (tmp_path / "asked").read_text().split()
    assert asked[:-1] == ["eks", "update-kubeconfig", "--region", "us-west-2", "--name", "shop", "--kubeconfig"]
    assert not Path(asked[-1]).exists()
    assert told.notes == ["no kubeconfig leads to shop, which is new: AWS wrote one for this deployment"]


def test_nobody_is_asked_where_a_kubeconfig_leads_there(
    cluster: ClusterIdentity, aws: Path, tmp_path: Path, bare_plane: ControlPlane
) -> None:
    told = Told()
    with connect_to_new(cluster, Context(bare_plane.kubeconfig), told) as api:
        assert api.url == cluster.endpoint
    assert told.notes == []
    assert not (tmp_path / "asked").exists()


def test_what_was_named_is_not_gone_round(
    cluster: ClusterIdentity, aws: Path, tmp_path: Path, bare_plane: ControlPlane
) -> None:
    told = Told()
    other = tmp_path / "other"
    other.write_text(bare_plane.kubeconfig.read_text().replace(bare_plane.api.url, "https://127.0.0.1:1"))
    with pytest.raises(ConfigurationError, match="TW978"), connect_to_new(cluster, Context(other), told):
        pass
    assert not (tmp_path / "asked").exists()
    assert [bool(TOLD.match(note)) for note in told.notes] == [True]


def test_without_aws_it_is_said_how_to_go_on(cluster: ClusterIdentity, aws: Path) -> None:
    told = Told()
    aws.unlink()
    with pytest.raises(UsageError, match="there is no kubeconfig at"), connect_to_new(cluster, Context(), told):
        pass
    assert [bool(TOLD.match(note)) for note in told.notes] == [True]

"""The cluster that Terraform makes or looks up is the one that the workloads go to: its endpoint leads from half to half."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.delivery.cloud import Told, here
from twinstack.api_server import ApiServer
from twinstack.delivery.cluster_identity import KubeconfigCluster, planned_cluster, require_cluster
from twinstack.errors import ConfigurationError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.schema_provider import Cloud

WHERE = {"account": "123456789012", "region": "us-west-2"}

needs_a_control_plane = pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason="no control plane")


@needs_a_control_plane
def test_the_infrastructure_leads_to_the_real_api_server(
    tmp_path: Path, server: str, program: str, bare_plane: ControlPlane
) -> None:
    """The made-up AWS gives the cluster the address of the real control plane: what it planned is where it deploys."""
    cloud = Cloud({"aws_eks_cluster.endpoint": bare_plane.api.url})
    with here(tmp_path, server, program, cloud=cloud) as place:
        planned = planned_cluster(place.infrastructure.plan(place.folder), **WHERE)
        assert planned is not None
        assert planned.endpoint == "", "there is none yet"
        place.infrastructure.apply(place.folder, Told())
        made = place.infrastructure.cluster(place.folder, **WHERE)
    assert made == replace(planned, endpoint=bare_plane.api.url)
    reached = KubeconfigCluster.read(bare_plane.kubeconfig)
    assert require_cluster(made, reached) == "its endpoint is the one that Terraform knows"
    with ApiServer.from_kubeconfig(bare_plane.kubeconfig) as api:
        assert api.url == made.endpoint
        assert api.version().startswith("v1.")
    other = yaml.safe_load(bare_plane.kubeconfig.read_text())
    other["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "other").write_text(yaml.safe_dump(other))
    with pytest.raises(ConfigurationError, match="TW978"):
        require_cluster(made, KubeconfigCluster.read(tmp_path / "other"))


def test_a_cluster_of_another_team_is_known_by_looking_it_up(tmp_path: Path, server: str, program: str) -> None:
    stack = {
        "terraform": {
            "required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}},
            "backend": {"s3": {"bucket": "looked-up", "key": "k", "region": "us-west-2", "use_lockfile": True}},
        },
        "provider": {"aws": [{"region": "us-west-2"}]},
        "data": {"aws_eks_cluster": {"cluster": {"name": "shared"}}},
        "output": {"cluster": {"value": "${data.aws_eks_cluster.cluster.arn}"}},
    }
    cloud = Cloud({"aws_eks_cluster.endpoint": "https://shared.example"})
    with here(tmp_path, server, program, stack=stack, cloud=cloud) as place:
        found = planned_cluster(place.infrastructure.plan(place.folder), **WHERE)
    assert found is not None
    assert (found.name, found.endpoint) == ("shared", "https://shared.example")


def test_nothing_is_made_up_where_there_is_no_cluster(tmp_path: Path, server: str, program: str) -> None:
    stack = {
        "terraform": {
            "required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}},
            "backend": {"s3": {"bucket": "no-cluster", "key": "k", "region": "us-west-2", "use_lockfile": True}},
        },
        "provider": {"aws": [{"region": "us-west-2"}]},
        "resource": {"aws_kms_alias": {"a": {"name": "alias/a", "target_key_id": "k"}}},
    }
    with here(tmp_path, server, program, stack=stack) as place:
        assert planned_cluster(place.infrastructure.plan(place.folder), **WHERE) is None
        place.infrastructure.apply(place.folder, Told())
        assert place.infrastructure.cluster(place.folder, **WHERE) is None

"""The cluster that Terraform makes or looks up is the one that the workloads go to: its endpoint leads from half to half."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.cloud import Here, Told, here
from twinstack.api_server import ApiServer
from twinstack.delivery.cluster import Context, connect, known
from twinstack.delivery.cluster_identity import KubeconfigCluster, planned_cluster, require_cluster
from twinstack.delivery.cluster_in_state import endpoint_in_state
from twinstack.delivery.release import ClusterIdentity
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


def looking_up(bucket: str) -> dict[str, Any]:
    return {
        "terraform": {
            "required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}},
            "backend": {"s3": {"bucket": bucket, "key": "k", "region": "us-west-2", "use_lockfile": True}},
        },
        "provider": {"aws": [{"region": "us-west-2"}]},
        "data": {"aws_eks_cluster": {"cluster": {"name": "shared"}}},
        "output": {"cluster": {"value": "${data.aws_eks_cluster.cluster.arn}"}},
    }


def by_state(place: Here, folder: Path, told: Told) -> Callable[[ClusterIdentity], str]:
    return lambda wanted: endpoint_in_state(folder, wanted, told, place.infrastructure)


@needs_a_control_plane
def test_the_state_is_asked_last_where_nothing_in_the_kubeconfig_tells(
    tmp_path: Path, server: str, program: str, bare_plane: ControlPlane
) -> None:
    """A kubeconfig with names of one's own: the state says that it leads to this cluster, or to another one."""
    shared = ClusterIdentity("shared", WHERE["region"], WHERE["account"], "arn:of-shared")
    context = Context(bare_plane.kubeconfig)
    cloud = Cloud({"aws_eks_cluster.endpoint": bare_plane.api.url})
    with here(tmp_path, server, program, stack=looking_up("asked-last"), cloud=cloud) as place:
        told = Told()
        ask = by_state(place, place.folder, told)
        assert known(shared, context, ask) == shared, "nothing was applied yet"
        place.infrastructure.plan(place.folder)
        place.infrastructure.apply(place.folder, Told())
        found = known(shared, context, ask)
        assert found == replace(shared, endpoint=bare_plane.api.url)
        assert told.notes == 2 * [
            "nothing in the kubeconfig tells which cluster it leads to: Terraform's state is asked for shared"
        ]
        assert known(replace(shared, name="another"), context, ask).endpoint == "", "the state holds no such cluster"
        assert known(shared, context, by_state(place, tmp_path, told)) == shared, "there is no stack"
    with connect(found, context) as api:
        assert api.version().startswith("v1.")
    elsewhere = replace(found, endpoint="https://elsewhere.example")
    with pytest.raises(ConfigurationError, match="another cluster than the environment's"), connect(elsewhere, context):
        pass


def test_nobody_is_asked_who_need_not_be(tmp_path: Path) -> None:
    cluster = ClusterIdentity(
        "shared", WHERE["region"], WHERE["account"], "arn:aws:eks:us-west-2:123456789012:cluster/shared"
    )
    entry = {"name": cluster.arn, "cluster": {"server": "https://shared.example"}}
    pair = {"name": "c", "context": {"cluster": cluster.arn, "user": "u"}}
    content = {"clusters": [entry], "contexts": [pair], "users": [{"name": "u", "user": {}}], "current-context": "c"}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(content))

    def ask(_cluster: ClusterIdentity) -> str:
        raise AssertionError

    assert known(cluster, Context(file), ask) == cluster
    told_by_plan = replace(cluster, endpoint="https://planned.example")
    assert known(told_by_plan, Context(tmp_path / "none"), ask) == told_by_plan
    with pytest.raises(ConfigurationError, match="another cluster"):
        known(replace(cluster, arn=f"{cluster.arn}-2"), Context(file), ask)


def test_a_state_that_cannot_be_asked_is_told_and_stops_nothing_of_itself(
    tmp_path: Path, server: str, program: str
) -> None:
    stack = looking_up("not-there")
    shared = ClusterIdentity("shared", WHERE["region"], WHERE["account"], "arn:of-shared")
    with here(tmp_path, server, program, stack=stack) as place:
        place.change(lambda document: document["terraform"]["backend"]["s3"].update(bucket="nobody-made-it"))
        told = Told()
        assert endpoint_in_state(place.folder, shared, told, place.infrastructure) == ""
        assert [note.partition(":")[0] for note in told.notes][1:] == ["Terraform's state could not be asked"]
        told = Told()
        assert endpoint_in_state(place.folder, shared, told, replace(place.infrastructure, program="none")) == ""
        assert len(told.notes) == 2


def test_a_cluster_of_another_team_is_known_by_looking_it_up(tmp_path: Path, server: str, program: str) -> None:
    cloud = Cloud({"aws_eks_cluster.endpoint": "https://shared.example"})
    with here(tmp_path, server, program, stack=looking_up("looked-up"), cloud=cloud) as place:
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

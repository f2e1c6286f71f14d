"""What stands is found without Terraform: by the kubeconfig's own words, or else by what the cluster itself remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.engine.conftest import Shop
from tests.delivery.memory.shop_release import config, release
from twinstack.delivery.cluster import Context, connect_to_standing
from twinstack.delivery.records import Records
from twinstack.delivery.release import ClusterIdentity, Release
from twinstack.errors import ConfigurationError
from twinstack.rehearsal.control_plane import ControlPlane

pytestmark = pytest.mark.slow

ARN = "arn:aws:eks:eu-central-1:111122223333:cluster/shop"
CLUSTER = ClusterIdentity("shop", "eu-central-1", "111122223333", ARN)


def standing(shop: Shop) -> Release:
    return replace(release("latest", shop.namespace), cluster=CLUSTER)


def remember(shop: Shop, cluster: Mapping[str, Any]) -> None:
    assert not shop.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": shop.namespace}}).refusal
    summary = release("1.0.0", shop.namespace).summary | {"cluster": cluster}
    shop.records.begin(summary, [config("settings", shop.namespace)], "ada, 1")


def found(shop: Shop, kubeconfig: Path) -> str:
    with connect_to_standing(standing(shop), Context(kubeconfig)) as api:
        newest = Records.read(api, shop.namespace, shop.stack).newest
    return newest.version if newest else ""


def test_the_clusters_own_memory_tells_that_it_is_the_right_one(shop: Shop, left_alone: ControlPlane) -> None:
    remember(shop, asdict(replace(CLUSTER, endpoint=shop.api.url)))
    assert found(shop, left_alone.kubeconfig) == "1.0.0"


@pytest.mark.parametrize(
    "other",
    [{"endpoint": ""}, {"endpoint": "https://another.example"}, {"account": "444455556666"}, {"name": "another"}],
)
def test_what_is_remembered_of_another_cluster_tells_nothing(
    shop: Shop, left_alone: ControlPlane, other: dict[str, str]
) -> None:
    remember(shop, asdict(replace(CLUSTER, endpoint=shop.api.url)) | other)
    with pytest.raises(ConfigurationError, match="nothing tells"):
        found(shop, left_alone.kubeconfig)


def test_a_kubeconfig_that_names_another_cluster_is_refused_whatever_is_remembered_there(
    shop: Shop, left_alone: ControlPlane, tmp_path: Path
) -> None:
    remember(shop, asdict(replace(CLUSTER, endpoint=shop.api.url)))
    content = yaml.safe_load(left_alone.kubeconfig.read_text("utf-8"))
    file = tmp_path / "kubeconfig"
    for name, refused in ((ARN, False), (ARN.replace("shop", "another"), True)):
        content["clusters"][0]["name"] = content["contexts"][0]["context"]["cluster"] = name
        file.write_text(yaml.safe_dump(content), "utf-8")
        if refused:
            with pytest.raises(ConfigurationError, match="another cluster"):
                found(shop, file)
        else:
            assert found(shop, file) == "1.0.0"

"""Whether a kubeconfig leads to the environment's cluster: by its endpoint, its ARN, or whose credentials it fetches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.cloud import Here, Told
from twinstack.delivery.cluster_identity import KubeconfigCluster, planned_cluster, require_cluster
from twinstack.delivery.release import ClusterIdentity
from twinstack.errors import ConfigurationError, Problem, UsageError

ARN = "arn:aws:eks:us-west-2:123456789012:cluster/shadower-analytics"
ENDPOINT = "https://0A1B2C.gr7.us-west-2.eks.amazonaws.com"
WANTED = ClusterIdentity("shadower-analytics", "us-west-2", "123456789012", ARN)
TOKEN = ("--region", "us-west-2", "eks", "get-token", "--cluster-name", "shadower-analytics", "--output", "json")

PROD = {"name": "prod", "context": {"cluster": ARN, "user": "me"}}
HERE = {"name": ARN, "cluster": {"server": ENDPOINT}}


def reached(name: str = "", server: str = "", arguments: tuple[str, ...] = ()) -> KubeconfigCluster:
    return KubeconfigCluster("admin", name, server, arguments)


@pytest.mark.parametrize(
    ("wanted", "found", "how"),
    [
        (replace(WANTED, endpoint=ENDPOINT), reached("x", ENDPOINT.lower() + ":443/"), "Terraform knows"),
        (WANTED, reached(ARN, ENDPOINT), "by its ARN"),
        (WANTED, reached("prod", ENDPOINT, TOKEN), "fetches credentials"),
        (WANTED, reached("prod", ENDPOINT, ("token", "-i", "shadower-analytics")), "fetches credentials"),
        (WANTED, reached("prod", ENDPOINT, ("--cluster-name=shadower-analytics",)), "fetches credentials"),
    ],
)
def test_the_right_cluster_is_told_by_one_of_three_signs(
    wanted: ClusterIdentity, found: KubeconfigCluster, how: str
) -> None:
    assert how in require_cluster(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found", "given"),
    [
        (replace(WANTED, endpoint=ENDPOINT), reached(ARN, "https://127.0.0.1:6443"), "https://127.0.0.1:6443"),
        (WANTED, reached(ARN.replace("123456789012", "111122223333"), ENDPOINT), "111122223333"),
        (WANTED, reached("prod", ENDPOINT, ("--cluster-name", "other")), "credentials for other"),
        (WANTED, reached("prod", ENDPOINT, tuple(x.replace("us-west-2", "eu-west-1") for x in TOKEN)), "in eu-west-1"),
    ],
)
def test_another_cluster_is_refused_by_name(wanted: ClusterIdentity, found: KubeconfigCluster, given: str) -> None:
    problem = refusal(wanted, found)
    assert "another cluster" in problem.message
    assert given in problem.given
    assert problem.fix.endswith("aws eks update-kubeconfig --region us-west-2 --name shadower-analytics")


def test_a_cluster_that_nothing_tells_of_is_refused() -> None:
    problem = refusal(WANTED, reached("minikube", "https://127.0.0.1:8443"))
    assert problem.message == "nothing tells whether the kubeconfig leads to the environment's cluster"
    assert problem.path == "context admin"


def refusal(wanted: ClusterIdentity, found: KubeconfigCluster) -> Problem:
    with pytest.raises(ConfigurationError) as refused:
        require_cluster(wanted, found)
    (problem,) = refused.value.problems
    assert problem.code == "TW978"
    return problem


def test_terraform_knows_the_endpoint_once_it_has_made_the_cluster(prod: Here) -> None:
    where = {"account": "123456789012", "region": "us-west-2"}
    assert planned_cluster(prod.infrastructure.plan(prod.folder), **where) == WANTED
    prod.infrastructure.apply(prod.folder, Told())
    made = planned_cluster(prod.infrastructure.plan(prod.folder), **where)
    assert made is not None
    assert made.endpoint.endswith(".gr7.us-west-2.eks.amazonaws.com")
    assert replace(made, endpoint="") == WANTED


def test_several_kubeconfigs_are_read_as_kubectl_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kubeconfig(file: str, **parts: Any) -> str:
        (tmp_path / file).write_text(yaml.safe_dump(parts))
        return str(tmp_path / file)

    first = kubeconfig(
        "one",
        contexts=[PROD],
        users=[{"name": "me", "user": {"exec": {"command": "aws", "args": [*TOKEN]}}}],
    )
    second = kubeconfig(
        "two",
        **{"current-context": "prod"},
        contexts=[{"name": "prod", "context": {"cluster": "shadowed"}}, {"name": "dev", "context": {"cluster": "d"}}],
        clusters=[HERE, {"name": "d", "cluster": {}}],
    )
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'missing'}:{second}")
    assert KubeconfigCluster.read() == KubeconfigCluster("prod", ARN, ENDPOINT, TOKEN)
    assert KubeconfigCluster.read(context="dev").name == "d"
    with pytest.raises(UsageError, match="the context 'x' is not there; the contexts there are: dev, prod"):
        KubeconfigCluster.read(context="x")
    with pytest.raises(UsageError, match="has no current context"):
        KubeconfigCluster.read(Path(first))
    with pytest.raises(UsageError, match="the context prod names the user 'me', which the file does not have"):
        KubeconfigCluster.read(Path(kubeconfig("three", contexts=[PROD], clusters=[HERE])), "prod")
    with pytest.raises(UsageError, match="there is no kubeconfig at"):
        KubeconfigCluster.read(tmp_path / "missing")
    (tmp_path / "broken").write_text("a: [")
    with pytest.raises(UsageError, match="cannot be read as a kubeconfig"):
        KubeconfigCluster.read(tmp_path / "broken")

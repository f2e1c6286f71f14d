"""What a cluster is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.environment.load import load_text
from twinstack.errors import ConfigurationError, Location, Problem

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
cluster:
  administrators: [platform-admin]
  deletion_protection: true
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    cluster: ClusterSpec


def load(layer: str = "", base: str = BASE) -> ClusterSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.cluster


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_leave_the_nodes_to_eks_and_the_endpoint_private() -> None:
    spec = load()
    assert (spec.version, spec.mode, spec.is_auto, spec.is_own) == ("1.36", "auto", True, True)
    assert spec.public_access_cidrs == ()
    assert spec.cluster_name == "acme-shop-cluster-live"
    assert spec.administrator_arns == ("arn:aws:iam::111122223333:role/platform-admin",)


def test_an_existing_cluster_is_its_owners() -> None:
    spec = load("cluster: {existing: shared, administrators: []}")
    assert (spec.cluster_name, spec.is_own) == ("shared", False)


def test_managed_nodes_are_described_group_by_group() -> None:
    spec = load("cluster: {mode: managed, node_groups: {main: {instance_types: [m7g.large], min: 2, max: 4}}}")
    assert spec.node_groups["main"].disk_gib == 50
    assert not spec.is_auto


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "cluster: {mode: managed}",
            problem(
                "TW721",
                "no nodes",
                "cluster.node_groups",
                "mode managed without node_groups",
                "at least one group",
                "add a group, or use `mode: auto`",
            ),
        ),
        (
            "cluster: {node_groups: {main: {instance_types: [m7g.large], min: 2, max: 4}}}",
            problem(
                "TW722",
                "node groups beside Auto Mode",
                "cluster.node_groups",
                "main",
                "`mode: managed`, or no groups",
                "remove `node_groups`: EKS chooses the nodes in Auto Mode",
            ),
        ),
        (
            "cluster: {administrators: []}",
            problem(
                "TW723",
                "nobody could enter the cluster",
                "cluster.administrators",
                "none",
                "at least one IAM role",
                "name a role that administers it: the one that applies Terraform is given no access of its own",
            ),
        ),
        (
            "cluster: {mode: managed, node_groups: {main: {instance_types: [m7g.large], min: 5, max: 4}}}",
            problem(
                "TW602",
                "min is over max",
                "cluster.node_groups.main.min",
                "min 5, max 4",
                "min of at most 4",
                "lower min or raise max",
            ),
        ),
        (
            "cluster: {version: '1.33'}",
            problem(
                "TW501",
                "Kubernetes 1.33 is past its standard support",
                "cluster.version",
                "1.33, which ended on 2026-07-29",
                "1.34 (to 2026-12-02), 1.35 (to 2027-03-27), 1.36 (to 2027-08-02)",
                "upgrade; extended support is charged by the hour",
            ),
        ),
        (
            "cluster: {version: 1.36}",
            problem("TW104", "the value does not fit", "cluster.version", "1.36", "text", 'quote it: "1.36"'),
        ),
        (
            "cluster: {version: '1.99'}",
            problem(
                "TW503",
                "an unknown Kubernetes version",
                "cluster.version",
                "1.99",
                "1.34 (to 2026-12-02), 1.35 (to 2027-03-27), 1.36 (to 2027-08-02)",
                "choose one of these",
            ),
        ),
    ],
)
def test_a_cluster_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


def test_a_version_near_its_end_is_warned_of_with_the_date() -> None:
    loaded = load_text(Shop, "live", {"base": BASE, "live": "cluster: {version: '1.34'}"}, TODAY)
    assert [(each.code, each.warning, each.given) for each in loaded.warnings] == [
        ("TW502", True, "1.34, which ends on 2026-12-02")
    ]


@pytest.mark.parametrize(
    ("setting", "code", "given", "allowed"),
    [
        ("deletion_protection: false", "TW401", "deletion_protection: false", "true"),
        ("public_access_cidrs: [0.0.0.0/0]", "TW406", "public_access_cidrs: 0.0.0.0/0", "the addresses that need it"),
    ],
)
def test_production_is_protected_and_closed(setting: str, code: str, given: str, allowed: str) -> None:
    (found,) = refused(f"protected: true\ncluster:\n  {setting}\n")
    assert (found.code, found.given, found.allowed, found.location) == (code, given, allowed, Location(FILE, 3))
    assert load(f"protected: true\ncluster:\n  {setting}\n  acknowledge: {{{code}: a reason for reviewers}}\n")
    assert load(f"cluster:\n  {setting}\n")

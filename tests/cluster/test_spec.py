"""What a cluster is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.cluster import ClusterSpec
from twinstack.cluster.machines import Machine
from twinstack.environment import Architecture, Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.worker import WorkerSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
cluster:
  administrators: [platform-admin]
  private_access_cidrs: [10.0.0.0/16]
  deletion_protection: true
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    cluster: ClusterSpec


class Fleet(Environment):
    cluster: ClusterSpec
    crew: WorkerSpec


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


NOWHERE = "cluster: {private_access_cidrs: []}"


def test_a_cluster_that_admits_nobody_is_refused_until_it_is_meant() -> None:
    assert refused(NOWHERE) == (
        problem(
            "TW724",
            "nobody could reach the cluster",
            "cluster.private_access_cidrs",
            "none",
            "the networks that need it",
            "list the network of the VPN, bastion or runner that kubectl runs in: without it the cluster admits itself alone; "
            'or, with a reviewed reason, `cluster.acknowledge: {TW724: "…"}`',
        ),
    )
    assert load(f"{NOWHERE[:-1]}, acknowledge: {{TW724: the runner is a pod of the cluster}}}}")
    assert load(f"{NOWHERE[:-1]}, private_access_security_groups: [sg-0a1b2c3d]}}")
    assert load(f"{NOWHERE[:-1]}, public_access_cidrs: [203.0.113.7/32]}}")
    assert load("cluster: {existing: shared, private_access_cidrs: []}")


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "192.168.7.0/24", "100.64.0.0/16"])
def test_reserved_addresses_are_no_way_in_from_the_internet(cidr: str) -> None:
    (found,) = refused(f"{NOWHERE[:-1]}, public_access_cidrs: [203.0.113.7/32, {cidr}]}}")
    assert (found.code, found.path, found.given) == ("TW729", "cluster.public_access_cidrs[1]", cidr)


@pytest.mark.parametrize("name", ["/boss", "team//boss", "team/", "b" * 65])
def test_a_role_that_iam_cannot_have_is_refused(name: str) -> None:
    (found,) = refused(f"cluster: {{administrators: [{name}]}}")
    assert (found.code, found.path) == ("TW104", "cluster.administrators[0]")
    assert load(f"cluster: {{administrators: [team/of/{'b' * 64}]}}")


@pytest.mark.parametrize(
    ("roles", "path", "given"),
    [
        ("administrators: [boss, boss]", "administrators[1]", "boss, beside boss"),
        ("administrators: [boss, Boss]", "administrators[1]", "Boss, beside boss"),
        ("administrators: [team/boss, team-boss]", "administrators[1]", "team-boss, beside team/boss"),
        ("administrators: [boss], deployers: [release, boss]", "deployers[1]", "boss, beside boss"),
    ],
)
def test_each_role_is_named_once(roles: str, path: str, given: str) -> None:
    expected = "each role once, with a name that differs in more than case and punctuation"
    fix = "remove one of them, or rename one of two roles"
    assert refused(f"cluster: {{{roles}}}") == (
        problem("TW727", "a role is named twice", f"cluster.{path}", given, expected, fix),
    )


def test_security_groups_of_nodes_are_those_of_another_teams_cluster() -> None:
    groups = "node_security_group_ids: [sg-0a1b2c3d4e5f60718]"
    (found,) = refused(f"cluster: {{{groups}}}")
    assert (found.code, found.path, found.given) == ("TW728", "cluster.node_security_group_ids", "sg-0a1b2c3d4e5f60718")
    spec = load(f"cluster: {{existing: shared, {groups}}}")
    assert spec.node_security_groups == ("sg-0a1b2c3d4e5f60718",)


def managed(types: str, rest: str = "") -> str:
    elsewhere = "acknowledge: {TW381: not every region has every machine}"
    return f"cluster: {{mode: managed, {elsewhere}, node_groups: {{main: {{instance_types: [{types}], min: 2, max: 4{rest}}}}}}}"


@pytest.mark.parametrize(
    ("types", "processor", "ami"),
    [
        ("m7i.large, m7a.large", "amd64", "AL2023_x86_64_STANDARD"),
        ("m7g.large, c8gn.xlarge", "arm64", "AL2023_ARM_64_STANDARD"),
        ("a1.large", "arm64", "AL2023_ARM_64_STANDARD"),
        ("g6.xlarge", "amd64", "AL2023_x86_64_NVIDIA"),
        ("p5en.48xlarge", "amd64", "AL2023_x86_64_NVIDIA"),
        ("g5g.xlarge", "arm64", "AL2023_ARM_64_NVIDIA"),
        ("p6e-gb200.36xlarge", "arm64", "AL2023_ARM_64_NVIDIA"),
        ("p6-b200.48xlarge", "amd64", "AL2023_x86_64_NVIDIA"),
        ("gr6.4xlarge", "amd64", "AL2023_x86_64_NVIDIA"),
        ("inf2.xlarge", "amd64", "AL2023_x86_64_NEURON"),
        ("trn1n.32xlarge", "amd64", "AL2023_x86_64_NEURON"),
        ("x2gd.medium", "arm64", "AL2023_ARM_64_STANDARD"),
        ("is4gen.large", "arm64", "AL2023_ARM_64_STANDARD"),
        ("m7i-flex.large", "amd64", "AL2023_x86_64_STANDARD"),
        ("u-6tb1.112xlarge", "amd64", "AL2023_x86_64_STANDARD"),
        ("r6gd.large", "arm64", "AL2023_ARM_64_STANDARD"),
    ],
)
def test_the_image_follows_the_instance_types(types: str, processor: str, ami: str) -> None:
    spec = load(managed(types))
    group = spec.node_groups["main"]
    assert (group.processor, group.image.ami_type) == (processor, ami)
    assert spec.architectures == {processor}


@pytest.mark.parametrize(
    ("types", "rest", "path", "given"),
    [
        ("m7g.large, m7i.large", "", "instance_types", "m7g.large (arm64/standard), m7i.large (x86_64/standard)"),
        ("g6.xlarge, m7i.large", "", "instance_types", "g6.xlarge (x86_64/nvidia), m7i.large (x86_64/standard)"),
        ("g4ad.xlarge", "", "instance_types", "g4ad.xlarge (none)"),
        ("mac2.metal", "", "instance_types", "mac2.metal (none)"),
        ("m7g.large", ", architecture: x86_64", "architecture", "x86_64, with m7g.large"),
    ],
)
def test_what_no_image_fits_is_refused(types: str, rest: str, path: str, given: str) -> None:
    (found,) = refused(managed(types, rest))
    assert (found.code, found.path, found.given) == ("TW725", f"cluster.node_groups.main.{path}", given)


CREW = """\
crew:
  image: registry.example/crew
  task_limit_seconds: 60
  health: {command: [python, -m, health]}
  scale: {min: 1, max: 10, cpu: 70}
  resources: {requests: {cpu: 500m, memory: 512Mi}, limits: {memory: 512Mi}}
"""


def fleet(layer: str) -> Sequence[Problem]:
    try:
        load_text(Fleet, "live", {"base": BASE + CREW, "live": layer}, TODAY)
    except ConfigurationError as error:
        return error.problems
    return ()


def test_nodes_that_nobody_adds_have_to_hold_all_replicas() -> None:
    (found,) = fleet(managed("m7i.large"))
    assert (found.code, found.path) == ("TW726", "cluster.node_groups")
    assert found.given == "replicas at their most request 5000m CPU and 5120Mi; main at min has 4000m and 16384Mi"
    assert "cluster.acknowledge: {TW726: " in found.fix
    assert fleet(managed("m7i.xlarge")) == ()
    assert fleet(managed("m7i.xlarge, m7i.large")), "the smallest of a group's types counts"
    assert fleet(managed("t3.micro")) == (), "a size that the name does not tell is not judged"
    assert fleet("") == (), "Auto Mode adds nodes"


def test_an_image_needs_a_node_of_its_processor() -> None:
    (found,) = fleet("crew: {architecture: arm64}")
    assert (found.code, found.path, found.given, found.allowed) == ("TW605", "crew.architecture", "arm64", "amd64")
    (found,) = fleet(managed("m7g.xlarge"))
    assert (found.code, found.given, found.allowed) == ("TW605", "amd64", "arm64")
    assert fleet(managed("m7g.xlarge") + "\ncrew: {architecture: arm64}") == ()
    assert fleet("cluster: {existing: shared}\ncrew: {architecture: arm64}") == (), "another team's nodes are not known"


def test_an_unknown_clusters_processors_are_not_guessed() -> None:
    assert load().architectures == {Architecture.AMD64}
    assert load("cluster: {existing: shared}").architectures == frozenset()


def test_a_long_product_is_told_which_names_are_too_long() -> None:
    long = "organization: a-very-long-organization\nproduct: with-a-product-of-a-long-name\n"
    found = refused(long + managed("m7i.large"))
    assert {(one.code, one.message) for one in found} == {("TW301", "the IAM role name is too long")}
    assert any("volume" in one.given for one in found)


def test_deployers_are_a_group_of_the_products_own() -> None:
    spec = load("cluster: {deployers: [release]}")
    assert spec.deployer_group == "twinstack:shop:deployers"
    assert spec.deployer_arns == ("arn:aws:iam::111122223333:role/release",)
    assert load().deployer_group is None


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


@pytest.mark.parametrize("services", ["10.0.0.0/11", "10.0.0.0/25", "8.8.0.0/16", "100.64.0.0/16"])
def test_services_have_a_private_range_of_a_size_that_eks_takes(services: str) -> None:
    (found,) = refused(f"cluster: {{service_ipv4_cidr: {services}}}")
    assert (found.code, found.path, found.given) == ("TW322", "cluster.service_ipv4_cidr", services)


def test_a_c5n_has_more_memory_than_its_letter_says() -> None:
    """5.25 GiB for two processors. Source: Amazon EC2 Instance Types guide, compute optimized, read in November 2026."""
    assert Machine("c5n.large").memory_bytes == 5.25 * 2**30
    assert Machine("c6gn.large").memory_bytes == 4 * 2**30


def test_a_group_asks_for_as_many_types_as_eks_takes() -> None:
    """Source: AWS CloudFormation, AWS::EKS::Nodegroup, InstanceTypes: up to 20."""
    types = [
        f"m{generation}i{options}.large" for generation in range(5, 9) for options in ("", "n", "d", "dn", "z", "b")
    ]
    assert load(managed(", ".join(types[:20])))
    (found,) = refused(managed(", ".join(types[:21])))
    assert (found.code, found.path) == ("TW104", "cluster.node_groups.main.instance_types")


@pytest.mark.parametrize("field", ["administrators", "deployers"])
@pytest.mark.parametrize("path", ["", "platform/"])
def test_an_arn_of_a_role_is_one_mistake_and_its_name_is_the_fix(field: str, path: str) -> None:
    (found,) = refused(f'cluster: {{{field}: ["arn:aws:iam::123456789012:role/{path}Admin"]}}')
    assert (found.code, found.path, found.fix) == ("TW104", f"cluster.{field}[0]", f"did you mean `{path}Admin`?")


def test_what_follows_from_a_range_that_is_none_is_not_said_as_well() -> None:
    assert [one.code for one in refused("cluster: {private_access_cidrs: [10.0.0.1/8]}")] == ["TW104"]


@pytest.mark.parametrize("field", ["administrators", "deployers"])
def test_a_role_of_identity_center_needs_its_path(field: str) -> None:
    name = "AWSReservedSSO_AdministratorAccess_0123456789abcdef"
    (found,) = refused(f"cluster: {{{field}: [{name}]}}")
    assert (found.code, found.path, found.given) == ("TW764", f"cluster.{field}[0]", name)
    assert f"write aws-reserved/sso.amazonaws.com/eu-central-1/{name}" in found.fix
    for path in ("aws-reserved/sso.amazonaws.com/", "aws-reserved/sso.amazonaws.com/eu-west-1/"):
        load(f"cluster: {{{field}: [{path}{name}]}}")

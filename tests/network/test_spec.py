"""What a network is described by, and how its address space is divided."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.environment.regions import REGIONS
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.network import NetworkSpec
from twinstack.network.address_plan import AddressPlan
from twinstack.network.usual_zones import DEFAULT, USUAL, check_zones, usual_zones

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
network:
  cidr: 10.40.0.0/16
  nat: per_zone
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    network: NetworkSpec


class Hosted(Environment):
    network: NetworkSpec
    cluster: ClusterSpec


HOSTED = (
    BASE
    + "cluster: {administrators: [platform-admin], private_access_cidrs: [10.9.0.0/16], deletion_protection: true}\n"
)


def load(layer: str = "", base: str = BASE) -> NetworkSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.network


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_zones_are_letters_of_the_region() -> None:
    assert load().zone_names == ("eu-central-1a", "eu-central-1b", "eu-central-1c")


def test_the_space_is_cut_into_eight() -> None:
    spec = load()
    assert list(map(str, spec.private_cidrs)) == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]
    assert list(map(str, spec.public_cidrs)) == ["10.40.128.0/22", "10.40.132.0/22", "10.40.136.0/22"]
    assert list(map(str, spec.database_cidrs)) == ["10.40.160.0/22", "10.40.164.0/22", "10.40.168.0/22"]
    assert spec.load_balancer_cidrs == spec.public_cidrs


@given(prefix=st.integers(16, 20), block=st.integers(0, 15), places=st.permutations(range(6)))
def test_subnets_lie_apart_within_the_space_whatever_the_places(prefix: int, block: int, places: list[int]) -> None:
    space = list(IPv4Network("10.0.0.0/8").subnets(new_prefix=prefix))[block * 7]
    plan = AddressPlan(space, dict(zip("abcdef", places, strict=True)))
    subnets = [tier(letter) for tier in (plan.private, plan.public, plan.database) for letter in "abcdef"]
    assert all(subnet.subnet_of(space) for subnet in subnets)
    assert not any(one.overlaps(other) for index, one in enumerate(subnets) for other in subnets[:index])
    assert all(subnet.prefixlen <= 26 for subnet in subnets), "an AWS load balancer wants a /27, nodes much more"


def test_a_zones_place_is_its_letters() -> None:
    spec = load("network: {zones: [d, b, f]}")
    assert list(map(str, spec.private_cidrs)) == ["10.40.96.0/19", "10.40.32.0/19", "10.40.224.0/19"]
    assert list(map(str, spec.public_cidrs)) == ["10.40.140.0/22", "10.40.132.0/22", "10.40.148.0/22"]
    assert list(map(str, spec.database_cidrs)) == ["10.40.172.0/22", "10.40.164.0/22", "10.40.180.0/22"]


def test_a_network_that_was_made_by_the_order_of_its_zones_keeps_its_places() -> None:
    spec = load("network: {zones: [a, b, d], zone_places: {d: 2}}")
    assert list(map(str, spec.private_cidrs)) == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]


EXISTING = """
network:
  cidr: 10.9.0.0/22
  existing:
    vpc_id: vpc-0123456789abcdef0
    private_subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    database_subnet_ids: [subnet-0123456789abcdef2, subnet-0123456789abcdef3]
"""


def test_of_an_existing_network_only_the_whole_space_is_known() -> None:
    spec = load(EXISTING)
    assert spec.database_cidrs == spec.load_balancer_cidrs == (IPv4Network("10.9.0.0/22"),)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "network: {cidr: 10.40.0.0/21}",
            problem(
                "TW310",
                "the address space is too small",
                "network.cidr",
                "10.40.0.0/21 (2048 addresses)",
                "/16 to /20",
                "every pod has an address of its own, and load balancers want 8 free ones in each subnet",
            ),
        ),
        (
            "network: {cidr: 10.0.0.0/15}",
            problem(
                "TW310",
                "the address space is too large",
                "network.cidr",
                "10.0.0.0/15 (131072 addresses)",
                "/16 to /20",
                "AWS makes no VPC larger than /16",
            ),
        ),
        (
            "network: {zone_places: {d: 1, c: 1}}",
            problem(
                "TW320",
                "two zones would share their addresses",
                "network.zone_places",
                "a: 0, b: 1, c: 1",
                "a place of its own for each zone, 0 to 5; its letter's unless given",
                "give one of them another place",
            ),
        ),
        (
            "network: {cidr: 172.17.128.0/17}",
            problem(
                "TW311",
                "the address space overlaps another",
                "network.cidr",
                "172.17.128.0/17",
                "a range outside 172.17.0.0/16, which Docker uses on the nodes",
                "choose another range",
            ),
        ),
        (
            "network: {cidr: 8.8.0.0/16}",
            problem(
                "TW312",
                "no private addresses",
                "network.cidr",
                "8.8.0.0/16",
                "a range that is nobody's on the internet: RFC 1918, or RFC 6598 (100.64.0.0/10)",
                "for example 10.40.0.0/16",
            ),
        ),
        *(
            (
                f"network: {{cidr: {cidr}}}",
                problem(
                    "TW312",
                    "no private addresses",
                    "network.cidr",
                    cidr,
                    "a range that is nobody's on the internet: RFC 1918, or RFC 6598 (100.64.0.0/10)",
                    "for example 10.40.0.0/16",
                ),
            )
            for cidr in ("127.16.0.0/16", "240.1.0.0/16")  # private, if one asks Python
        ),
        (
            "network: {zones: [a, b, a]}",
            problem("TW313", "a zone stands twice", "network.zones", "a, b, a", "each zone once", "remove one"),
        ),
        (
            "network: {zones: [a]}",
            problem(
                "TW104",
                "the value does not fit",
                "network.zones",
                "a list",
                "a list of 2 to 4, each the letter of a zone, such as a",
                "name 2 or more",
            ),
        ),
        (
            "network: {zones: [a, us-west-2b]}",
            problem(
                "TW104",
                "the value does not fit",
                "network.zones[1]",
                '"us-west-2b" (text)',
                "the letter of a zone, such as a",
                "write it like a",
            ),
        ),
        (
            "network: {flow_log_retention_days: 42}",
            problem(
                "TW104",
                "the value does not fit",
                "network.flow_log_retention_days",
                "42",
                "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653",
                "choose one of these",
            ),
        ),
    ],
)
def test_a_space_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


def refused_with_cluster(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load_text(Hosted, "live", {"base": HOSTED, "live": layer}, TODAY)
    return caught.value.problems


@pytest.mark.parametrize(
    ("layer", "services"),
    [
        ("network: {cidr: 10.100.0.0/16}\ncluster: {service_ipv4_cidr: 10.100.0.0/20}", "10.100.0.0/20"),
        ("network: {cidr: 172.16.0.0/16}\ncluster: {service_ipv4_cidr: 172.16.0.0/12}", "172.16.0.0/12"),
    ],
)
def test_the_network_lies_outside_the_clusters_services(layer: str, services: str) -> None:
    (found,) = refused_with_cluster(layer)
    assert (found.code, found.path) == ("TW311", "network.cidr")
    assert found.allowed == f"a range outside {services}, which Kubernetes services use"


def test_a_new_network_is_no_place_for_a_cluster_that_exists() -> None:
    (found,) = refused_with_cluster("cluster: {existing: shared}")
    assert (found.code, found.path, found.given) == (
        "TW316", "network.existing", "cluster.existing, without network.existing",
    )  # fmt: skip
    environment = load_text(Hosted, "live", {"base": HOSTED, "live": EXISTING}, TODAY).environment
    assert environment.cluster.is_own, "the other way round is right"


def test_each_subnet_of_an_existing_network_stands_once() -> None:
    (found,) = refused(EXISTING.replace("def1]", "def0]"))
    assert (found.code, found.path) == ("TW319", "network.existing.private_subnet_ids")
    assert found.given == "subnet-0123456789abcdef0"


def test_an_existing_network_takes_no_endpoints() -> None:
    (found,) = refused(EXISTING.replace("  cidr: 10.9.0.0/22", "  cidr: 10.9.0.0/22\n  endpoints: [kms]"))
    assert (found.code, found.path, found.given) == ("TW321", "network.endpoints", "kms")


def test_production_has_a_nat_gateway_in_each_zone() -> None:
    (found,) = refused("protected: true\nnetwork: {nat: single}")
    assert (found.code, found.path, found.given, found.allowed) == ("TW404", "network.nat", "nat: single", "per_zone")


def test_an_endpoint_is_named_by_its_last_part() -> None:
    (found,) = refused("network: {endpoints: [com.amazonaws.eu-central-1.kms]}")
    assert (found.code, found.path) == ("TW104", "network.endpoints[0]")
    assert "the last part" in found.allowed


@pytest.mark.parametrize(
    ("region", "zones", "lacks"),
    [
        ("ca-central-1", "a, b, c", "c of ca-central-1"),
        ("ca-central-1", "a, b, d", None),
        ("ap-northeast-1", "a, b", "b of ap-northeast-1"),
        ("eu-west-1", "d, e, f", "d, e, f of eu-west-1"),
        ("us-east-1", "d, e, f", None),
        ("us-west-2", "d, a", None),
    ],
)
def test_zones_that_the_account_probably_lacks_are_warned_of(region: str, zones: str, lacks: str | None) -> None:
    assert [one.given for one in check_zones(region, zones.split(", "))] == ([lacks] if lacks else [])


@pytest.mark.parametrize(
    ("region", "fix"),
    [
        ("ca-central-1", "add `zones: [a, b, d]`"),
        ("us-west-1", "add `zones: [a, c]`"),
        ("ap-northeast-1", "add `zones: [a, c, d]`"),
    ],
)
def test_a_region_without_the_usual_zones_asks_for_them(region: str, fix: str) -> None:
    (found,) = refused(f"region: {region}")
    assert (found.code, found.path, found.given, found.fix) == ("TW325", "network.zones", f"nothing, in {region}", fix)
    zones = fix.removeprefix("add `").removesuffix("`")
    assert load(f"region: {region}\nnetwork: {{{zones}}}").zone_names[0] == f"{region}a"


def test_every_region_has_zones_enough_to_begin_with() -> None:
    assert set(USUAL) <= set(REGIONS)
    for region in REGIONS:
        zones = usual_zones(region) or DEFAULT
        assert len(zones) >= 2
        assert [*check_zones(region, zones)] == []
        assert bool([*check_zones(region, None)]) is bool(usual_zones(region))


@pytest.mark.parametrize(
    "cidr", ["100.64.0.0/16", "100.127.0.0/16", "10.0.0.0/16", "172.31.0.0/16", "192.168.0.0/16", "198.19.0.0/16"]
)
@pytest.mark.parametrize(
    "more",
    [
        "",
        ", existing: {vpc_id: vpc-0123456789abcdef0, private_subnet_ids: [subnet-0000000a, subnet-0000000b], database_subnet_ids: [subnet-0000000c, subnet-0000000d]}",
    ],
)
def test_a_network_may_have_what_is_nobodys_on_the_internet(cidr: str, more: str) -> None:
    assert str(load(f"network: {{cidr: {cidr}{more}}}").cidr) == cidr


@pytest.mark.parametrize(
    "cidr", ["100.128.0.0/16", "240.0.0.0/16", "192.0.0.0/16", "198.20.0.0/16", "0.0.0.0/16", "224.0.0.0/16"]
)
def test_a_network_may_have_no_other(cidr: str) -> None:
    assert [found.code for found in refused(f"network: {{cidr: {cidr}}}")] == ["TW312"]


def test_zones_that_the_account_has_after_all_are_acknowledged() -> None:
    def warnings(more: str) -> list[str]:
        layer = f"region: ca-central-1\nnetwork: {{zones: [a, c]{more}}}"
        return [one.code for one in load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY).warnings]

    assert warnings("") == ["TW324"]
    assert warnings(", acknowledge: {TW324: an old account that has c}") == []

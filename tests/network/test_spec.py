"""What a network is described by, and how its address space is divided."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinstack.environment import Environment
from twinstack.environment.load import load_text
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.network import NetworkSpec

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


@given(
    prefix=st.integers(16, 20),
    block=st.integers(0, 15),
    zones=st.lists(st.sampled_from("abcdef"), min_size=2, max_size=4, unique=True),
)
def test_subnets_lie_apart_within_the_space_as_many_in_each_tier_as_there_are_zones(
    prefix: int, block: int, zones: list[str]
) -> None:
    space = list(IPv4Network("10.0.0.0/8").subnets(new_prefix=prefix))[block * 7]
    spec = load(f"network: {{cidr: {space}, zones: [{', '.join(zones)}]}}")
    tiers = (spec.private_cidrs, spec.public_cidrs, spec.database_cidrs)
    assert [len(tier) for tier in tiers] == [len(zones)] * 3
    subnets = [subnet for tier in tiers for subnet in tier]
    assert all(subnet.subnet_of(space) for subnet in subnets)
    assert not any(one.overlaps(other) for index, one in enumerate(subnets) for other in subnets[:index])
    assert all(subnet.prefixlen <= 26 for subnet in subnets), "an AWS load balancer wants a /27, nodes much more"


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
            "network: {cidr: 172.20.0.0/16}",
            problem(
                "TW311",
                "the address space overlaps another",
                "network.cidr",
                "172.20.0.0/16",
                "a range outside 172.20.0.0/16, which Kubernetes services use",
                "choose another range",
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
                "public addresses",
                "network.cidr",
                "8.8.0.0/16",
                "a private range (RFC 1918)",
                "for example 10.40.0.0/16",
            ),
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
                "a list of 2 to 4, each text that matches ^[a-z]$",
                "correct the value",
            ),
        ),
        (
            "network: {zones: [a, us-west-2b]}",
            problem(
                "TW104",
                "the value does not fit",
                "network.zones[1]",
                '"us-west-2b" (text)',
                "text that matches ^[a-z]$",
                "correct the value",
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


def test_production_has_a_nat_gateway_in_each_zone() -> None:
    (found,) = refused("protected: true\nnetwork: {nat: single}")
    assert (found.code, found.path, found.given, found.allowed) == ("TW404", "network.nat", "nat: single", "per_zone")

"""Nobody gets to a database without a link: not by the way to AWS either, on whose port it may listen."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pytest

from twinstack.bucket import BucketSpec
from twinstack.environment import Access, Environment, NetworkPlan, Offer, Reach, ResourceSpec, Variable
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.network import NetworkSpec
from twinstack.worker import WorkerSpec


class SearchSpec(ResourceSpec):
    """Another team's: it stands in the database tier and speaks HTTPS."""

    PORT: ClassVar = 443

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("SEARCH_HOST", "search"),), Reach.DATABASE_TIER, self.PORT)


class OtherPortSpec(SearchSpec):
    """The same elsewhere."""

    PORT: ClassVar = 9200


class Shop(Environment):
    network: NetworkSpec
    search: SearchSpec
    files: BucketSpec
    finder: WorkerSpec
    writer: WorkerSpec


class OtherPort(Environment):
    network: NetworkSpec
    search: OtherPortSpec
    files: BucketSpec
    finder: WorkerSpec
    writer: WorkerSpec


class Nowhere(Environment):
    search: SearchSpec
    files: BucketSpec
    finder: WorkerSpec
    writer: WorkerSpec


TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\nsearch: {}\nfiles: {}\n"  # fmt: skip
WORKER = "{{image: acme/a, health: {{command: [well]}}, task_limit_seconds: 60, scale: {{min: 1, max: 1}}, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 64Mi}}}}, uses: [{}]}}\n"  # fmt: skip
IDS = "vpc_id: vpc-0a1b2c3d4e5f60718, private_subnet_ids: [subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002], database_subnet_ids: [subnet-0a1b2c3d4e5f60003, subnet-0a1b2c3d4e5f60004]"  # fmt: skip
EXISTING = f"network: {{cidr: 10.50.0.0/16, existing: {{{IDS}}}}}\n"
KNOWN = f"network: {{cidr: 10.50.0.0/16, existing: {{{IDS}, database_cidrs: [10.50.8.0/24, 10.50.9.0/24]}}}}\n"
OWN = "network: {cidr: 10.50.0.0/16, nat: single}\n"


def load(kind: type[Environment], network: str, *, finder: str = "search, files", writer: str = "files") -> Environment:
    base = f"{TOP}{network}finder: {WORKER.format(finder)}writer: {WORKER.format(writer)}"
    return load_text(kind, "live", {"base": base, "live": ""}, datetime.date(2026, 11, 24)).environment


@pytest.mark.parametrize(
    ("kind", "network", "line", "fix"),
    [
        (Shop, EXISTING, 10, "say where they are: `network.existing.database_cidrs`"),
        (Nowhere, "", 9, "add the network to the environment"),
    ],
)
def test_where_the_database_tier_is_not_known_the_way_to_aws_is_refused(
    kind: type[Environment], network: str, line: int, fix: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(kind, network)
    assert caught.value.problems == (
        Problem(
            "TW208",
            "a way to AWS would lead to a database too",
            "writer.uses[0]",
            Location("environments/base.yaml", line),
            "files, in a network whose database subnets are not known, beside search on 443",
            "a database is reached by a link: writer has none to search",
            fix,
            environment="live",
        ),
    )


@pytest.mark.parametrize(
    ("kind", "network"), [(Shop, KNOWN), (Shop, OWN), (OtherPort, EXISTING)], ids=["known", "own", "another port"]
)
def test_where_it_is_known_or_on_another_port_nothing_is_in_the_way(kind: type[Environment], network: str) -> None:
    load(kind, network)


@pytest.mark.parametrize(("finder", "writer"), [("search, files", ""), ("files", "files"), ("search, files", "search, files")])  # fmt: skip
def test_who_has_a_link_or_no_way_or_meets_no_open_database_does_nothing_wrong(finder: str, writer: str) -> None:
    load(Shop, EXISTING, finder=finder, writer=writer)


def test_an_existing_vpc_says_where_each_of_its_database_subnets_is() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(Shop, KNOWN.replace("10.50.8.0/24, ", ""))
    problem = caught.value.problems[0]
    assert (problem.code, problem.path) == ("TW315", "network.existing.database_cidrs")
    assert problem.given == "1, with 2 database_subnet_ids"
    plan = load(Shop, KNOWN).find(NetworkPlan)
    assert plan is not None
    assert list(map(str, plan.database_cidrs)) == ["10.50.8.0/24", "10.50.9.0/24"]

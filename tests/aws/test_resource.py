"""What a resource that forgets to let anybody in is told."""

from __future__ import annotations

from typing import ClassVar

import pytest
from constructs import Construct

from tests.aws.documents import DAY, app
from twinstack import aws
from twinstack.environment import Access, Environment, Offer, Reach, ResourceSpec, Variable
from twinstack.errors import ConstructionError
from twinstack.layers.load import load_text
from twinstack.worker import WorkerSpec


class SearchSpec(ResourceSpec):
    """Another team's."""

    reach: ClassVar[Reach] = Reach.DATABASE_TIER

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("SEARCH_HOST", "search"),), self.reach, 443)


class ApiSpec(SearchSpec):
    """The same behind an AWS API."""

    reach: ClassVar[Reach] = Reach.AWS_API


class Search(aws.Resource[SearchSpec]):
    """It has no `admit`."""


class NamedCluster:
    cluster_name = "shared"
    security_group_id = "sg-0a1b2c3d"


class Shop(Environment):
    search: SearchSpec
    worker: WorkerSpec


class ApiShop(Environment):
    search: ApiSpec
    worker: WorkerSpec


class Infrastructure(aws.Infrastructure[Environment]):
    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment)
        (search,) = environment.find_all(SearchSpec)
        Search(self, search)
        self.connect(NamedCluster())


BASE = """\
organization: acme
product: shop
account: "111122223333"
region: eu-west-1
version: 1.0.0
search: {}
worker:
  image: registry.example/worker
  health: {command: [well]}
  task_limit_seconds: 10
  scale: {min: 1, max: 1}
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
"""


def connect(kind: type[Environment], uses: str) -> None:
    base = f"{BASE}  uses: [{uses}]\n"
    Infrastructure(app(), load_text(kind, "live", {"base": base, "live": ""}, DAY).environment)


def test_a_linked_resource_in_the_database_tier_has_to_let_the_cluster_in() -> None:
    with pytest.raises(ConstructionError) as caught:
        connect(Shop, "search")
    assert str(caught.value) == (
        "Search (aws/test_resource.py): environment.search is offered in the database tier, but nothing lets the cluster "
        "in: write Search.admit(self, cluster), which makes one ingress rule for the offer's port from "
        "`cluster.security_group_id`"
    )


@pytest.mark.parametrize(("kind", "uses"), [(Shop, ""), (ApiShop, "search")])
def test_one_that_nobody_links_to_or_that_is_behind_an_api_lets_nobody_in(kind: type[Environment], uses: str) -> None:
    connect(kind, uses)

"""A small shop: one of each thing that the rules of an environment are about."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import pytest

from twinstack.bucket import BucketSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import Loaded, load_text
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class Shop(Environment):
    """What the tests of an environment are about."""

    network: NetworkSpec
    database: PostgresSpec
    files: BucketSpec
    settings: SettingsSpec
    web: WebServiceSpec
    worker: WorkerSpec


HEAD = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
"""
"""What every environment says, and whose it is."""
BASE = (
    HEAD
    + """\
network:
  cidr: 10.0.0.0/16
  nat: single
database:
  instance_class: db.t4g.micro
  storage_gib: 20
  multi_az: true
  backup_retention_days: 7
  deletion_protection: true
  database: shop
  admin_user: shop_admin
  application_user: shop_user
files: {}
settings:
  variables: {LOG_LEVEL: info}
web:
  image: registry.example/web
  port: 8000
  health: {live: /live, ready: /ready}
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  scale: {min: 2, max: 4, cpu: 70}
  uses: [database, settings, files: write]
worker:
  image: registry.example/web
  command: [work]
  health: {command: [is-alive]}
  task_limit_seconds: 60
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  scale: {min: 1, max: 1}
  uses: [database: admin]
"""
)
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def shop() -> type[Shop]:
    """The environment class."""
    return Shop


@pytest.fixture
def base() -> str:
    """Its base layer, in which everything fits."""
    return BASE


@pytest.fixture
def accept() -> Callable[..., Loaded[Shop]]:
    """Loads the shop with this layer on top of its base."""

    def load(
        layer: str = "", *, base: str = BASE, name: str = "live", set_: dict[str, object] | None = None
    ) -> Loaded[Shop]:
        return load_text(Shop, name, {"base": base, name: layer}, TODAY, set=set_)

    return load


@pytest.fixture
def refuse(accept: Callable[..., Loaded[Shop]]) -> Callable[..., Sequence[Problem]]:
    """As `accept`, of a layer that is to be refused: the problems, in the order they are shown."""

    def load(layer: str = "", **options: object) -> Sequence[Problem]:
        with pytest.raises(ConfigurationError) as caught:
            accept(layer, **options)
        return caught.value.problems

    return load

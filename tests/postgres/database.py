"""A product with a database, for the tests of what it is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
database:
  instance_class: db.t4g.micro
  storage_gib: 100
  multi_az: true
  backup_retention_days: 7
  deletion_protection: true
  database: shop
  admin_user: shop_admin
  application_user: shop_user
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    database: PostgresSpec


def load(layer: str = "", base: str = BASE) -> PostgresSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.database


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)

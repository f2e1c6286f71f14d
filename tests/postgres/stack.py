"""A stack of a database and a cache alone, for real Terraform: seconds instead of minutes, and no network to make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing

from tests.aws.documents import DAY, app
from twinstack import aws
from twinstack.environment import Environment
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.rehearsal.terraform import Program, Workspace, workspace

TEXT = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
database:
  instance_class: db.t4g.micro
  storage_gib: 20
  multi_az: false
  backup_retention_days: 7
  deletion_protection: false
  database: shop
  admin_user: shop_admin
  application_user: shop_user
cache: {node_type: cache.t4g.micro, nodes: 2}
"""


class Shop(Environment):
    """A product that stores."""

    database: PostgresSpec
    cache: RedisSpec


@dataclass(frozen=True)
class Elsewhere:
    """A network that is there."""

    vpc_id: str = "vpc-1"
    database_subnet_ids: tuple[str, ...] = ("subnet-1", "subnet-2")


def document(layer: str = "") -> dict[str, Any]:
    """The stack's Terraform JSON, with one more layer of YAML."""
    environment = load_text(Shop, "live", {"base": TEXT, "live": layer}, DAY).environment
    stack = aws.Infrastructure(app(), environment)
    aws.Postgres(stack, environment.database, network=Elsewhere())
    aws.Redis(stack, environment.cache, network=Elsewhere())
    return json.loads(Testing.synth(stack))


@dataclass
class Releases:
    """One Terraform state that goes from release to release, on AWS as the rehearsal makes it up."""

    place: Workspace
    applied: list[str] = field(default_factory=list)

    def plan(self, stack: Mapping[str, Any]) -> dict[str, list[str]]:
        """What applying this stack would do, by address; nothing for what stays."""
        self.place.configuration_file.write_text(json.dumps(stack))
        outcome = self.place.run("plan", "-out", self.place.plan_file.name, "-no-color")
        assert outcome.status == 0, outcome.output
        shown = json.loads(self.place.run("show", "-json", self.place.plan_file.name).output)
        self.planned: dict[str, Any] = {one["address"]: one["change"] for one in shown["resource_changes"]}
        return {
            address: change["actions"]
            for address, change in self.planned.items()
            if change["actions"] not in (["no-op"], ["read"])
        }

    def apply(self, stack: Mapping[str, Any], *, fails: bool = False) -> list[tuple[str, str]]:
        """Applies it, and tells what was done, in the order in which it was done."""
        self.plan(stack)
        outcome = self.place.run("apply", "-json", self.place.plan_file.name)
        assert bool(outcome.status) is fails, outcome.output
        return [
            (message["hook"]["action"], message["hook"]["resource"]["addr"])
            for message in outcome.messages
            if message.get("type") == "apply_complete"
        ]

    def state(self, address: str) -> dict[str, Any] | None:
        """What Terraform knows of a resource, if it knows it."""
        type_name, _, name = address.partition(".")
        for one in json.loads(self.place.state_file.read_text())["resources"]:
            if (one["type"], one["name"]) == (type_name, name) and one["mode"] == "managed":
                return one["instances"][0]["attributes"]
        return None


@contextmanager
def releases(folder: Path, first: Mapping[str, Any]) -> Iterator[Releases]:
    """An initialized state, with nothing applied. Skips where there is no Terraform."""
    try:
        Program.find()
    except Exception as error:  # noqa: BLE001  whatever it is, there is none to run
        pytest.skip(str(error))
    (folder / "cdk.tf.json").write_text(json.dumps(first))
    with workspace(folder) as place:
        outcome = place.run("init", "-no-color")
        assert outcome.status == 0, outcome.output
        yield Releases(place)

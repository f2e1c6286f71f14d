"""The Terraform document of a stack, to be asserted on; nothing of it is written anywhere."""

from __future__ import annotations

import datetime
import json
from functools import cache
from typing import Any

from cdktf import App, TerraformStack, Testing

from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from twinstack.synthesis import FEATURE_FLAGS

DAY = datetime.date(2026, 11, 24)
Block = dict[str, Any]


class Document:
    """What one stack becomes, by type and name."""

    def __init__(self, stack: TerraformStack) -> None:
        self.blocks: Block = json.loads(Testing.synth(stack))

    def of(self, kind: str) -> dict[str, Block]:
        """The resources of one type by name, without cdktf's own notes."""
        found = self.blocks.get("resource", {}).get(kind, {})
        return {name: {key: value for key, value in one.items() if key != "//"} for name, one in found.items()}

    def one(self, kind: str, name: str) -> Block:
        return self.of(kind)[name]

    def data(self, kind: str, name: str) -> Block:
        return {key: value for key, value in self.blocks["data"][kind][name].items() if key != "//"}

    def kinds(self) -> set[str]:
        return set(self.blocks.get("resource", {}))

    def addresses(self) -> list[str]:
        return sorted(f"{kind}.{name}" for kind, found in self.blocks.get("resource", {}).items() for name in found)

    def statements(self, role: str) -> dict[str, Block]:
        """The statements of a role's inline policy by their Sid."""
        return {one["Sid"]: one for one in policy(self.one("aws_iam_role_policy", role)["policy"])}

    def trust(self, role: str) -> Block:
        (statement,) = policy(self.one("aws_iam_role", role)["assume_role_policy"])
        return statement

    def addon(self, name: str) -> Block:
        """One EKS add-on of the cluster, its configuration read."""
        (found,) = [one for one in self.of("aws_eks_addon").values() if one["addon_name"] == name]
        return {**found, "configuration_values": json.loads(found.get("configuration_values", "{}"))}

    def addons(self) -> set[str]:
        return {one["addon_name"] for one in self.of("aws_eks_addon").values()}

    def outputs(self) -> dict[str, str]:
        return {name: one["value"] for name, one in self.blocks.get("output", {}).items()}


def policy(text: str) -> list[Block]:
    """The statements of a policy document."""
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    return document["Statement"]


def app() -> App:
    return App(context=dict(FEATURE_FLAGS))


def environment(name: str = "prod", **changes: Any) -> AnalyticsEnvironment:
    """Analytics with some values changed: `environment("dev", database__encrypted=False)`."""
    settings = {key.replace("__", "."): value for key, value in changes.items()}
    return product.load(name, set=settings or None, today=DAY)


def analytics(name: str = "prod", **changes: Any) -> Document:
    """The document of analytics with some values changed; the unchanged ones are made once."""
    return Document(AnalyticsInfrastructure(app(), environment(name, **changes))) if changes else _unchanged(name)


@cache
def _unchanged(name: str) -> Document:
    return Document(AnalyticsInfrastructure(app(), environment(name)))

"""The Terraform document of a stack as a Template, to be asserted on; nothing of it is written anywhere."""

from __future__ import annotations

import datetime
import json
from functools import cache
from typing import Any

from cdktf import App, TerraformStack, Testing

from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from twinstack.synthesis import FEATURE_FLAGS
from twinstack.testing import Template

DAY = datetime.date(2026, 11, 24)
Block = dict[str, Any]


class Document(Template):
    """What one stack becomes, with what the tests of roles and add-ons ask of it."""

    def __init__(self, stack: TerraformStack) -> None:
        self.blocks: Block = json.loads(Testing.synth(stack))
        super().__init__(stack.node.id, Template.of_terraform(self.blocks).entries)

    def statements(self, role: str) -> dict[str, Block]:
        """The statements of a role's inline policy by their Sid."""
        return {one["Sid"]: one for one in policy(self.find("aws_iam_role_policy")[role]["policy"])}

    def trust(self, role: str) -> Block:
        (statement,) = policy(self.find("aws_iam_role")[role]["assume_role_policy"])
        return statement

    def addon(self, name: str) -> Block:
        """One EKS add-on of the cluster, its configuration read."""
        (found,) = [one for one in self.find("aws_eks_addon").values() if one["addon_name"] == name]
        return {**found, "configuration_values": json.loads(found.get("configuration_values", "{}"))}

    def addons(self) -> set[str]:
        return {one["addon_name"] for one in self.find("aws_eks_addon").values()}

    def outputs(self) -> dict[str, str]:
        return {name: one["value"] for name, one in self.find("output").items()}


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
    return Document(_closed(environment(name, **changes))) if changes else _unchanged(name)


@cache
def _unchanged(name: str) -> Document:
    return Document(_closed(environment(name)))


def _closed(environment: AnalyticsEnvironment) -> AnalyticsInfrastructure:
    """The stack after its last steps, as every synth makes it."""
    stack = AnalyticsInfrastructure(app(), environment)
    stack.close()
    return stack

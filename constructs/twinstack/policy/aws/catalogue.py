"""All rules over Terraform's JSON, and what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from twinstack.policy.aws import (
    arguments,
    changes,
    clusters,
    companions,
    databases,
    groups,
    lifecycles,
    network,
    plain,
    policies,
    queues,
    tables,
)
from twinstack.policy.aws.stack import Stack
from twinstack.policy.rule import Fault, Rule, judged


def faults(document: Mapping[str, Any]) -> Iterator[tuple[Rule, Fault]]:
    """What the rules find in one environment's cdk.tf.json. What is `${…}` and not of this stack passes."""
    return judged(RULES, Stack(document))


def faults_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Rule, Fault]]:
    """What AWS does not do, or undoes, when the stack of one release becomes that of the next."""
    return judged(RULES, Stack(before), Stack(after))


MODULES: Final = (
    arguments, companions, databases, clusters, network, groups, policies, queues, tables, plain, lifecycles, changes,
)  # fmt: skip
RULES: Final = tuple(chain.from_iterable(module.RULES for module in MODULES))
"""All of them, in the order in which they are documented."""
EXAMPLES: Final = Path(__file__).with_name("examples.yaml")
"""For each rule what it finds, as somebody really had it, and the repaired form."""

"""The layers that stand between a mistake and an apply, each as what it says of production that somebody has broken."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from stacks import product
from twinstack.changes.gate import judge
from twinstack.errors import ConfigurationError, ConstructionError
from twinstack.facts import refused
from twinstack.policy import aws
from twinstack.policy.kubernetes import faults, faults_between
from twinstack.quotas import inspect

DAY = datetime.date(2026, 11, 24)
REVIEWED = Path(__file__).parents[1] / "golden/prod"
STACK = "analytics-prod"


@cache
def manifests() -> Sequence[dict[str, Any]]:
    """What production's release applies, as it was reviewed."""
    files = sorted(REVIEWED.glob("*.k8s.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


@cache
def stack() -> dict[str, Any]:
    """Production's Terraform JSON, as it was reviewed."""
    found: dict[str, Any] = json.loads((REVIEWED / "cdk.tf.json").read_text(encoding="utf-8"))
    return found


def stack_with(changes: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    """The same, with arguments of resources written over, and resources that are new; without those of which nothing is said."""
    found = copy.deepcopy(stack())
    for address, arguments in changes.items():
        kind, _, name = address.partition(".")
        if arguments is None:
            del found["resource"][kind][name]
        else:
            found["resource"].setdefault(kind, {}).setdefault(name, {}).update(arguments)
    return found


def load(values: Mapping[str, Any]) -> set[str]:
    """The codes with which the environment is refused."""
    try:
        product.load("prod", set=values, today=DAY)
    except ConfigurationError as error:
        return {problem.code for problem in error.problems if not problem.warning}
    return set()


def limits(document: Mapping[str, Any]) -> set[str]:
    """The codes with which the synthesis refuses a stack for what AWS takes of it."""
    try:
        inspect(document, STACK)
    except ConstructionError as error:
        return {line.split(":")[0].strip() for line in str(error).splitlines()[1:]}
    return set()


def facts(document: Mapping[str, Any]) -> set[str]:
    """The arguments whose value AWS does not take, or does not offer in production's region."""
    (provider,) = document["provider"]["aws"]
    return {
        one.path
        for kind, named in document["resource"].items()
        for block in named.values()
        for one in refused(kind, block, region=provider["region"])
    }


def policy(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> set[str]:
    """The rules that find something in a release, or in its coming after another."""
    return {rule.id for rule, _ in (*faults(after), *faults_between(before, after))}


def policy_of_stacks(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The same of the Terraform JSON."""
    return {rule.id for rule, _ in (*aws.faults(after), *aws.faults_between(before, after))}


def plan_with(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A plan, as `show -json` has it, that leaves production as it is but for these addresses."""
    blocks = stack()["resource"]
    standing = {f"{kind}.{name}": dict(block) for kind, named in blocks.items() for name, block in named.items()}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "complete": True,
        "resource_changes": [
            _change(address, standing.get(address), changes.get(address, {"actions": ["no-op"]}))
            for address in sorted({*standing, *changes})
        ],
    }


def _change(address: str, standing: Mapping[str, Any] | None, change: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    before = None if standing is None else {**standing, **change.get("before", {})}
    after = None if change["actions"] == ["delete"] else {**(before or {}), **change.get("after", {})}
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": change["actions"],
            "before": before,
            "after": after,
            "after_unknown": {},
            "replace_paths": change.get("replace", []),
        },
    }


def gate(plan: Mapping[str, Any]) -> set[str]:
    """The codes with which a plan is stopped."""
    return {verdict.code for verdict in judge(plan) if not verdict.passes}

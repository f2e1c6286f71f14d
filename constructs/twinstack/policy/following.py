"""What is wrong with one release coming after another, as problems: for a plan, and for a rehearsal of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from twinstack.environment.spec import Half
from twinstack.errors import Problem
from twinstack.policy.accepted import accepted_of
from twinstack.policy.aws.stack import Stack
from twinstack.policy.installed import every_rule
from twinstack.policy.judgement import USUAL, found_by
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.owners import specs_of_objects, specs_of_resources
from twinstack.policy.rule import Fault, Rule

if TYPE_CHECKING:
    from twinstack.environment.base import Environment

Acknowledged: TypeAlias = Mapping[str, Mapping[str, str]]
"""By the key of a spec, what its YAML acknowledges, with the reasons."""


def following(
    before: Iterable[Mapping[str, Any]],
    after: Iterable[Mapping[str, Any]],
    *,
    asked: bool = False,
    keeps: Collection[str] = (),
    acknowledged: Acknowledged = MappingProxyType({}),
) -> Iterator[Problem]:
    """A problem (TW756) for each thing that cannot become of one release's manifests, or should not, in the next: by the
    rules that compare, other teams' included.

    `asked` says that the API server was asked about each object of the next: what it says itself of fields that never
    change is not said again, for it knows what stands. Of the kinds in `keeps` delivery takes nothing away.
    What a spec's YAML acknowledges by the rule's name, of what is made of it, is not said.
    """
    old, new = [*before], [*after]
    there = {_identity(one) for one in new}
    new += (one for one in old if one.get("kind") in keeps and _identity(one) not in there)
    owners = specs_of_objects([*old, *new])
    both = [Objects.of_documents(one, version=USUAL.version, zones=USUAL.zones) for one in (old, new)]
    for rule in every_rule():
        if not rule.compares or rule.half is not Half.WORKLOADS:
            continue
        for fault in found_by(rule, *both):
            if rule.id == SERVER_KNOWS and (asked or fault.path in DELIVERY_SEES_TO):
                continue
            yield from _problems(rule, fault, owners.get(fault.subject, ""), acknowledged)


def stack_following(
    before: Mapping[str, Any], after: Mapping[str, Any], *, acknowledged: Acknowledged = MappingProxyType({})
) -> Iterator[Problem]:
    """The same of two releases' Terraform JSON."""
    owners = {**specs_of_resources(before), **specs_of_resources(after)}
    both = [Stack(before), Stack(after)]
    for rule in every_rule():
        if rule.compares and rule.half is Half.INFRASTRUCTURE:
            for fault in found_by(rule, *both):
                yield from _problems(rule, fault, owners.get(fault.subject, ""), acknowledged)


def acknowledged_in(environment: Environment) -> Acknowledged:
    """What the YAML of an environment acknowledges, by the key of the spec."""
    return {key: spec.acknowledge for key, spec in environment.specs.items() if spec.acknowledge}


def _problems(rule: Rule, fault: Fault, key: str, acknowledged: Acknowledged) -> Iterator[Problem]:
    if any(one.covers(rule.id, fault.place) for one in accepted_of(acknowledged.get(key, {}))):
        return
    way = f'; or, with a reviewed reason, `{key}.acknowledge: {{{rule.id}: "…"}}`' if key else ""
    yield Problem(
        "TW756",
        f"this release cannot follow the one that stands: {rule.title[0].lower()}{rule.title[1:]}",
        fault.place,
        given=fault.given,
        allowed=fault.allowed,
        fix=f"{rule.fix}{way}",
        warning=rule.warns(fault),
    )


def _identity(one: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = one.get("metadata") or {}
    return str(one.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name"))


SERVER_KNOWS: Final = "cannot-change"
DELIVERY_SEES_TO: Final = frozenset({"spec.strategy"})
"""What delivery prepares for before it applies."""

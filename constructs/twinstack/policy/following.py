"""What is wrong with one release coming after another, as problems: for a plan, and for a rehearsal of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.errors import Problem
from twinstack.policy.aws.stack import Stack
from twinstack.policy.installed import every_rule
from twinstack.policy.judgement import USUAL, found_by
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.rule import Fault, Rule


def following(
    before: Iterable[Mapping[str, Any]],
    after: Iterable[Mapping[str, Any]],
    *,
    asked: bool = False,
    keeps: Collection[str] = (),
) -> Iterator[Problem]:
    """A problem (TW756) for each thing that cannot become of one release's manifests, or should not, in the next: by the
    rules that compare, other teams' included.

    `asked` says that the API server was asked about each object of the next: what it says itself of fields that never
    change is not said again, for it knows what stands. Of the kinds in `keeps` delivery takes nothing away.
    """
    old, new = [*before], [*after]
    there = {_identity(one) for one in new}
    new += (one for one in old if one.get("kind") in keeps and _identity(one) not in there)
    both = [Objects.of_documents(one, version=USUAL.version, zones=USUAL.zones) for one in (old, new)]
    for rule in every_rule():
        if not rule.compares or rule.half is not Half.WORKLOADS:
            continue
        for fault in found_by(rule, *both):
            if rule.id == SERVER_KNOWS and (asked or fault.path in DELIVERY_SEES_TO):
                continue
            yield _problem(rule, fault)


def stack_following(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    """The same of two releases' Terraform JSON."""
    both = [Stack(before), Stack(after)]
    for rule in every_rule():
        if rule.compares and rule.half is Half.INFRASTRUCTURE:
            yield from (_problem(rule, fault) for fault in found_by(rule, *both))


def _problem(rule: Rule, fault: Fault) -> Problem:
    return Problem(
        "TW756",
        f"this release cannot follow the one that stands: {rule.title[0].lower()}{rule.title[1:]}",
        fault.place,
        given=fault.given,
        allowed=fault.allowed,
        fix=rule.fix,
        warning=rule.warns(fault),
    )


def _identity(one: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = one.get("metadata") or {}
    return str(one.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name"))


SERVER_KNOWS: Final = "cannot-change"
DELIVERY_SEES_TO: Final = frozenset({"spec.strategy"})
"""What delivery prepares for before it applies."""

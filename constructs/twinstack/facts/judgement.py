"""Holds what a resource is given against what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from twinstack.facts.certainty import Certainty
from twinstack.facts.data import facts_by_type
from twinstack.facts.offers import judged_arguments, refused_offers
from twinstack.facts.together import TOGETHER, refused_together
from twinstack.facts.value import ArgumentFact, ValueFact, as_text


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that AWS does not take."""

    type: str
    """`aws_db_instance`."""
    path: str
    """The argument, `backup_retention_period`, or in a block `scaling_config.min_size`, without indices."""
    given: str
    """What was written."""
    allowed: str
    """What AWS takes, in words or as a list."""
    nearest: str
    """The nearest right value; empty where none can be named."""
    source: str
    """Where the fact is from, with its version or date."""
    certainty: Certainty = Certainty.CLOSED
    """Whether AWS may have it by now."""

    @property
    def may_be_newer(self) -> bool:
        """Whether nobody had it on the day of the data, and AWS adds such values: machines and versions."""
        return self.certainty is Certainty.NEWER


def refused(type: str, arguments: Mapping[str, Any], *, region: str) -> Iterator[Refused]:  # noqa: A002  Terraform's word
    """Each literal value of a resource that AWS would refuse in this region, as Terraform's JSON writes them.

    What is computed (`${…}`), empty or null is passed over, and so is what has no fact.
    """
    for path, value in literals(arguments):
        fact = fact_at(type, path)
        if fact is not None and fact.values is not None and fact.values.refuses(value):
            if _is_left_out(type, fact.values, value):
                continue
            of_values = fact.values
            yield Refused(
                type,
                path,
                as_text(value),
                of_values.allowed,
                of_values.nearest(value),
                of_values.source,
                _certainty(type, of_values, value),
            )
    for offer in (*refused_offers(type, arguments, region), *refused_together(type, arguments)):
        yield Refused(type, offer.path, offer.given, offer.allowed, offer.nearest, offer.source, offer.certainty)


def _certainty(type_: str, fact: ValueFact, value: Any) -> Certainty:
    """Of a type that nobody has read in the provider's source, its word for none is only told."""
    from twinstack.facts.changes import types_with_changes  # which is for what is refused alone

    is_none = fact.may_be_none(value) and type_ not in types_with_changes()
    return Certainty.NEWER if is_none else fact.certainty(value)


def _is_left_out(type_: str, fact: ValueFact, value: Any) -> bool:
    """Whether it is a zero of a type that nobody has read in the provider's source: most of its resources cannot tell that
    from nothing, and send neither.
    """
    from twinstack.facts.changes import types_with_changes

    return as_text(value) == "0" and fact.may_be_none(value) and type_ not in types_with_changes()


def facts_of(type: str) -> Mapping[str, ArgumentFact]:  # noqa: A002  Terraform's word
    """What is known of a type's arguments, by their paths; empty for a type that the data does not have."""
    return _arguments(type)


def fact_at(type_: str, path: str) -> ArgumentFact | None:
    """What is known of one argument; of each value in a map of any keys, by `dimensions.*`."""
    facts = facts_of(type_)
    found = facts.get(path) or facts.get(f"{path.rpartition('.')[0]}.*")
    return found or (facts.get(_unnested(path)) if type_ in _OF_STATEMENTS else None)


def is_judged(type_: str, path: str) -> bool:
    """Whether anything is known of what an argument may be, by itself, in its region or beside others."""
    return (
        fact_at(type_, path) is not None
        or path in judged_arguments(type_)
        or path in TOGETHER.get(type_, frozenset[str]())
    )


@cache
def _arguments(type_: str) -> Mapping[str, ArgumentFact]:
    return {path: ArgumentFact(values=fact) for path, fact in facts_by_type(type_).items()}


def literals(arguments: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every literal that a resource is given, with the path of its argument."""
    for name, value in arguments.items():
        if name == "dynamic" and isinstance(value, Mapping):
            for block, repeated in value.items():
                for one in repeated if isinstance(repeated, list) else [repeated]:
                    content = one.get("content") if isinstance(one, Mapping) else None
                    yield from literals(content, f"{prefix}{block}.") if isinstance(content, Mapping) else ()
        elif prefix or name not in NOT_ARGUMENTS:
            yield from _in(value, f"{prefix}{name}")


def _in(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from literals(value, f"{path}.")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _in(one, path)
    elif value is not None and value != "" and not (isinstance(value, str) and ("${" in value or "%{" in value)):
        yield path, value


def _unnested(path: str) -> str:
    """WAF's statements hold each other without end, and what each takes does not depend on where it stands."""
    parts = path.split(".")
    inner = [i for i, part in enumerate(parts) if part.endswith("_statement") and part != "scope_down_statement"]
    return ".".join(("rule", "statement", *parts[inner[-1] :])) if inner else path


_OF_STATEMENTS: Final = frozenset({"aws_wafv2_web_acl", "aws_wafv2_rule_group"})
NOT_ARGUMENTS: Final = frozenset(
    {"//", "depends_on", "count", "for_each", "provider", "lifecycle", "provisioner", "connection", "timeouts", "tags"}
)
"""What Terraform itself understands in a resource; and tags, which `twinstack.quotas` knows."""

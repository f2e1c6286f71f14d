"""What one change of one resource does: judged once, for a plan that the gate reads and for two outputs that are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Final

from twinstack.changes.effect import Effect
from twinstack.changes.fields import root_of
from twinstack.changes.provider_types import BUILT_IN, is_filled_in, is_known
from twinstack.changes.stateful import REMADE, STATEFUL
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET, Action
from twinstack.facts import ChangeFact, change_of
from twinstack.facts.changes import is_change


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a change of one argument does."""

    effect: Effect
    known: bool = True
    """False: nobody has noted it yet."""
    why: str = ""
    """Its condition, in words."""
    usual: str = ""
    replaces: bool = False
    """Whether Terraform makes the thing anew for it."""


def of_argument(type_name: str, path: str, before: Any, after: Any, beside: Mapping[str, Any]) -> Judgement:
    """What it does that `path` (`scaling_config.min_size`) becomes another; UNKNOWN_YET is what only the apply tells."""
    if root_of(path) in TAGS or type_name in BUILT_IN:
        return Judgement(Effect.SAFE)
    if not is_known(type_name):
        return Judgement(Effect.INTERRUPTS, known=False, why=unknown_type(type_name))
    fact = fact_of(type_name, path, before, after, beside)
    if fact is None:
        return Judgement(Effect.INTERRUPTS, known=False, why=UNNOTED)
    return Judgement(fact.effect, why=fact.when, usual=fact.usual, replaces=fact.replaces)


def fact_of(type_name: str, path: str, before: Any, after: Any, beside: Mapping[str, Any]) -> ChangeFact | None:
    """What is noted of a change of this argument; None: nothing. Of a block that comes or goes, the worst of what is in it."""
    worst = change_of(type_name, path, before, after, beside=beside)  # what is not known yet is not taken away
    for name, old, new in _inside(path, before, None if after is UNKNOWN_YET else after):
        fact = change_of(type_name, name, old, new, beside=beside) if is_change(type_name, name, old, new) else None
        # That it is made anew for it, only the plan knows of a block that comes or goes.
        if fact is not None and not fact.replaces and (worst is None or fact.effect > worst.effect):
            worst = fact
    return worst


def _inside(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each argument in the blocks of which one side has more than the other; blocks that both have are no change."""
    old, new = blocks(before), blocks(after)
    if not old and not new:
        return
    left = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    for was, becomes in zip_longest(left, come, fillvalue=_NO_BLOCK):
        for name in sorted({*was, *becomes}):
            one, other = was.get(name), becomes.get(name)
            if one == other:
                continue
            yield f"{path}.{name}", one, other
            yield from _inside(f"{path}.{name}", one, other)


def blocks(value: Any) -> list[Mapping[str, Any]]:
    """The blocks of one name, as a list or alone."""
    every = value if isinstance(value, list) else [value]
    return [one for one in every if isinstance(one, Mapping)]


def is_judged(type_name: str, path: str) -> bool:
    """Whether a change of it says anything: what the provider fills in follows from the rest."""
    name = root_of(path)
    return name not in TAGS and not is_filled_in(type_name, name)


def of_loss(type_name: str, action: Action, because: str = "") -> tuple[Effect, str]:
    """What it does that a thing is replaced, destroyed or left behind, and why; `because` is what makes it so."""
    held = STATEFUL.get(type_name)
    if held is None and type_name in REMADE and action is not Action.LEFT:
        return Effect.REPLACES, "; ".join(filter(None, [because, "it holds nothing that cannot be made again"]))
    stays = "what it holds stays behind, and the new one is empty" if action is Action.LEFT else ""
    words = f"it holds {held}" if held else f"nobody has noted yet that {type_name} holds nothing"
    return Effect.DESTROYS_DATA, "; ".join(filter(None, [because, stays or words]))


def guard_of(before: Any) -> str:
    """The protection of AWS itself that would stop its removal half-way; empty where none is on."""
    arguments: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
    return next((name for name in GUARDS if arguments.get(name) in _ON), "")


def unknown_type(type_name: str) -> str:
    """That nothing is known of a type, in words."""
    return f"{type_name} is not known here, nor what a change of it does"


GUARDS: Final = (
    "delete_protection", "deletion_protected", "deletion_protection", "deletion_protection_enabled",
    "enable_deletion_protection", "termination_protection", "termination_protection_enabled",
)  # fmt: skip
"""What the AWS provider 6.69.1 calls it, in databases, clusters, load balancers, tables, log groups and firewalls."""
_ON: Final = (True, "ACTIVE")
"""A user pool says it in words."""
TAGS: Final = frozenset({"tags", "tags_all"})
_NO_BLOCK: Final[Mapping[str, Any]] = MappingProxyType({})
UNNOTED: Final = "nobody has noted yet what it does"

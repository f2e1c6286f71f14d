"""What a change of an argument does to what stands: whether Terraform makes the thing anew, and what AWS interrupts.

The rows lie in `changes.json`, read by hand, type by type, in the source of Terraform's AWS provider: `ForceNew`,
`CustomizeDiff` and `RequiresReplace`. What CloudFormation calls create-only is something else and no source of them. How
long AWS takes is from its user guides. A row names the file and the commit it was read at, or the guide's page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from twinstack.changes.effect import Effect
from twinstack.changes.stateful import STATEFUL
from twinstack.facts.conditions import CONDITIONS


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """What one change of one argument does."""

    effect: Effect
    """How bad it is. Making anew what holds data destroys it."""
    when: str
    """The condition, in words; empty where there is none."""
    usual: str
    """How long it usually takes; empty where it takes no time that anybody notices, or nobody says."""
    source: str
    """Where it was read: the provider's file and commit, or the page of a guide."""
    replaces: bool = False
    """Whether Terraform deletes the thing and makes another."""


def change_of(
    type: str,  # noqa: A002  Terraform's word
    path: str,
    before: Any,
    after: Any,
    *,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> ChangeFact | None:
    """What a change of `path` (`vpc_config.subnet_ids`, indices do not matter) from one value to another does.

    `beside` are the resource's other arguments, which some conditions look at. None for an argument without a fact.
    """
    row = _rows().get(type)
    name = _INDEX.sub("", path)
    if row is None:
        return None
    for rule in _rules(row, name):
        condition = rule.get("if")
        if condition is None or CONDITIONS[condition](before, after, beside):
            replaces = rule["effect"].startswith(Effect.REPLACES)
            held = rule["effect"] == Effect.REPLACES and type in STATEFUL
            return ChangeFact(
                effect=Effect.DESTROYS_DATA if held else Effect.REPLACES if replaces else Effect(rule["effect"]),
                when=rule.get("when", ""),
                usual=rule.get("usual", ""),
                source=rule.get("source", f"{PROVIDER} {row['file']}@{row['commit']}"),
                replaces=replaces,
            )
    return None


def is_change(type: str, path: str, before: Any, after: Any) -> bool:  # noqa: A002  Terraform's word
    """Whether the provider sees a change: what is not set is its default, or the empty value where it has none."""
    default = _rows().get(type, {}).get("defaults", {}).get(_INDEX.sub("", path))
    return _plain(default if before is None else before) != _plain(default if after is None else after)


def types_with_changes() -> list[str]:
    """Every resource type whose changes are known."""
    return sorted(_rows())


def paths_with_changes(type: str) -> list[str]:  # noqa: A002  Terraform's word
    """Every argument of a type whose changes are known; `rule.*` stands for all that is in a block."""
    row = _rows().get(type, {})
    return sorted({*row.get("replaces", ()), *row.get("in_place", ()), *row.get("facts", {})})


def _rules(row: Mapping[str, Any], path: str) -> Iterator[Mapping[str, str]]:
    """The rules of an argument in the order in which they are tried; those of its block where it has none itself."""
    parts = path.split(".")
    names = [path, *(".".join([*parts[:end], "*"]) for end in range(len(parts) - 1, 0, -1))]
    for name in names:
        if name in row.get("facts", {}):
            yield from row["facts"][name]
            return
        if name in row["replaces"]:
            yield {"effect": Effect.REPLACES}
            return
        if name in row["in_place"] or name == "tags_all":
            yield {"effect": Effect.SAFE}
            return


def _plain(value: Any) -> Any:
    """A value as the provider's SDK compares it: null is the empty value of its type."""
    if value is None or value is False or value in ("", 0, [], {}):
        return None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@cache
def _rows() -> Mapping[str, dict[str, Any]]:
    return json.loads((resources.files("twinstack.facts") / "changes.json").read_bytes())["types"]


PROVIDER: Final = "hashicorp/terraform-provider-aws"
_INDEX: Final = re.compile(r"\[[^\]]*\]|\.\d+(?=\.|$)")

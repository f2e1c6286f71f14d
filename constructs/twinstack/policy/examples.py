"""What rules are shown by: for each what it finds, and the repaired form, in which it finds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Stack
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.rule import Fault, Rule


@dataclass(frozen=True, slots=True)
class Example:
    """One of them. Each side is what one release made, or, of a rule that compares, what two did."""

    fails: tuple[Any, ...]
    passes: tuple[Any, ...]


def read_examples(file: Path) -> dict[str, list[Example]]:
    """The examples of a file, by the rule's id. Raises ValueError for a file that is not of this form."""
    found: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  safe
    if not isinstance(found, Mapping):
        raise ValueError(f"{file.name} has no rules")  # noqa: TRY004  a file's, not an argument's
    return {str(rule): [_example(file, rule, one) for one in _rows(rows)] for rule, rows in cast("Any", found).items()}


def found_by(rule: Rule, made: tuple[Any, ...]) -> list[Fault]:
    """What a rule finds in one side of an example."""
    return [*rule.check(*(_subject(rule.half, one) for one in made))]


def _subject(half: Half, made: Any) -> object:
    if half is Half.WORKLOADS:
        return Objects.of_documents(made)
    return Stack(made if {"resource", "removed", "terraform"} & set(made) else {"resource": made})


def _rows(rows: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", rows) if isinstance(rows, list) else [rows]


def _example(file: Path, rule: object, row: Any) -> Example:
    if not isinstance(row, Mapping) or set(cast("Any", row)) != {"fails", "passes"}:
        raise ValueError(f"{file.name}, {rule}: an example has `fails` and `passes`")
    sides: Any = row
    return Example(_made(sides["fails"]), _made(sides["passes"]))


def _made(side: Any) -> tuple[Any, ...]:
    if isinstance(side, Mapping) and set(cast("Any", side)) == {"before", "after"}:
        both: Any = side
        return both["before"], both["after"]
    return (side,)

"""Fields and the arguments they become: each is declared or has a reason, and what is declared is what the output has."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, Final, get_args

import annotated_types
import pytest

from docs_generator.fact_tables import models_on_aws as models
from stacks import product
from tests.facts.fields import WITHOUT, reason
from twinstack.environment import Model
from twinstack.environment.writes import Writes, declared, written_by
from twinstack.facts import refused
from twinstack.facts.free import FREE
from twinstack.facts.judgement import is_judged, literals

PRODUCTION: Final = Path(__file__).parents[1] / "golden" / "prod" / "cdk.tf.json"
DECLARATIONS: Final = [(kind, field, writes) for kind in models() for field, writes in declared(kind)]
WHOLE_BLOCKS: Final = {"parameter", "rule.transition", "rule.noncurrent_version_transition"}
"""Whose values have the facts."""
NOT_LITERAL: Final = {
    "aws_db_instance.snapshot_identifier": "a name or ARN, whose pattern is the field's",
    "aws_db_instance.restore_to_point_in_time.restore_time": "a moment, whose form is the field's",
}


def test_every_field_writes_an_argument_or_has_a_reason() -> None:
    named = {(kind, field) for kind, field, _ in DECLARATIONS}
    fields = [(kind, field) for kind in models() for field in kind.__pydantic_fields__]
    assert len(named) > 40
    silent = {
        f"{kind.__name__}.{field}" for kind, field in fields if (kind, field) not in named and not reason(kind, field)
    }
    assert silent == set(), "say in the field's annotation what it Writes, or in fields.py why nothing"
    both = {f"{kind.__name__}.{field}" for kind, field in named if reason(kind, field)}
    assert both == set(), "a reason that nothing needs"


def test_every_reason_is_of_a_field_that_there_is() -> None:
    known = {(base.__name__, field) for kind in models() for base in kind.__mro__ for field in kind.__pydantic_fields__}
    assert {(name, field) for name, row in WITHOUT.items() for field in row} - known == set()


def test_every_argument_that_a_field_writes_has_a_fact_or_a_reason_why_not() -> None:
    without = {
        f"{one.type}.{one.argument}"
        for _, _, one in DECLARATIONS
        if one.argument not in WHOLE_BLOCKS and not is_judged(one.type, one.argument)
    }
    assert without - FREE.keys() - NOT_LITERAL.keys() == set()
    assert NOT_LITERAL.keys() - without == set()


def test_what_is_declared_is_what_the_output_has() -> None:
    environment = product.load("prod", today=datetime.date(2026, 11, 24))
    resources = json.loads(PRODUCTION.read_bytes())["resource"]
    seen = set()
    for spec in environment.specs.values():
        for written in written_by(spec):
            mine = {(path, str(value)) for path, value in literals(written.arguments)}
            outputs = [
                {(path, str(value)) for path, value in literals(one)} for one in resources[written.type].values()
            ]
            missing = [one for one in mine if not any(one in output for output in outputs)]
            assert missing == [], f"{spec.key} says that it writes these in {written.type}"
            seen |= {(written.type, path) for path, _ in mine}
    assert len(seen) > 25


def bounds(kind: type[Model], field: str) -> list[Any]:
    """The least and the most that a field takes by itself, and each of a list."""
    info = kind.__pydantic_fields__[field]
    plain = [info.annotation, *get_args(info.annotation)]
    found: list[Any] = [value for inner in plain for value in get_args(inner) if isinstance(value, int)]
    for one in (*info.metadata, *(meta for inner in plain for meta in getattr(inner, "__metadata__", ()))):
        for constraint in getattr(one, "metadata", (one,)):
            match constraint:
                case annotated_types.Ge(ge=value):
                    found.append(value)
                case annotated_types.Le(le=value):
                    found.append(value)
                case _:
                    pass
    return found


@pytest.mark.parametrize(
    ("kind", "field", "writes"),
    [row for row in DECLARATIONS if bounds(row[0], row[1]) and row[2].through == ""],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:40],
)
def test_a_field_s_own_limits_are_no_wider_than_the_fact(kind: type[Model], field: str, writes: Writes) -> None:
    """They are for the editor, which knows no facts."""
    for value in bounds(kind, field):
        arguments: dict[str, Any] = {}
        for path, one in {**kind.fixed_arguments.get(writes.type, {}), writes.argument: value}.items():
            block = arguments
            *outer, last = path.split(".")
            for name in outer:
                block = block.setdefault(name, {})
            block[last] = one
        found = refused(writes.type, arguments, region="us-west-2")
        assert [one for one in found if one.path == writes.argument] == []

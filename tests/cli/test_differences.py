"""How a difference looks for people."""

from __future__ import annotations

import io

import pytest

from tests.changes.test_difference_schema import ALL, FIELDS, NOTHING
from twinstack.changes.compare import compare
from twinstack.changes.difference import LATER, Cause, Change, Difference, FieldChange
from twinstack.changes.effect import Effect
from twinstack.cli.differences import lines, show
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location

CAUSE = Cause("database.instance_class", Location("environments/prod.yaml", 14))


def shown(*changes: Change, width: int = 100) -> list[str]:
    difference = Difference.of("main (0123456789)", "the present (1.0.0)", changes)
    return ["".join(text for text, _ in line).rstrip() for line in lines(difference, "shop-prod", width)]


def database(*fields: FieldChange, effect: Effect = Effect.INTERRUPTS, action: Action = Action.CHANGED) -> Change:
    used_by = ("web (read)", "worker (write)")
    return Change(
        Half.INFRASTRUCTURE,
        "aws_db_instance.database",
        "database",
        action,
        effect,
        why="",
        fields=fields,
        used_by=used_by,
    )


def test_nothing_different_is_said() -> None:
    assert shown() == ["shop-prod  the present (1.0.0) against main (0123456789)", "nothing is different"]


def test_a_field_stands_with_both_values_its_length_its_users_and_its_line() -> None:
    field = FieldChange(
        "instance_class", "db.t4g.small", "db.t4g.large", Effect.INTERRUPTS, usual="5 minutes", cause=CAUSE
    )
    assert shown(database(field)) == [
        "shop-prod  the present (1.0.0) against main (0123456789)",
        "",
        "database  used by web (read), worker (write)",
        "  interrupts     aws_db_instance.database  changed, 5 minutes",
        "                 instance_class  db.t4g.small → db.t4g.large",
        "                 by environments/prod.yaml:14 database.instance_class",
        "",
        "1 change: 1 interrupts",
    ]


def test_two_causes_stand_each_under_its_field() -> None:
    other = Cause("database.storage_gib", Location("environments/prod.yaml", 15))
    told = shown(
        database(
            FieldChange("instance_class", 1, 2, Effect.INTERRUPTS, cause=CAUSE),
            FieldChange("allocated_storage", 3, 4, Effect.SAFE, cause=other),
        )
    )
    assert told[4:8] == [
        "                 instance_class  1 → 2",
        "                     by environments/prod.yaml:14 database.instance_class",
        "                 allocated_storage  3 → 4  safe",
        "                     by environments/prod.yaml:15 database.storage_gib",
    ]


def test_the_attribute_that_forces_it_says_so() -> None:
    field = FieldChange("username", "a", "b", Effect.DESTROYS_DATA, forces=True)
    told = shown(database(field, effect=Effect.DESTROYS_DATA, action=Action.REPLACED))
    assert "                 username  a → b  forces it" in told


def test_fields_that_become_the_very_same_are_told_once() -> None:
    fields = (FieldChange(f"env[{name}].key", "config-1", "config-2", Effect.RESTARTS) for name in "ABC")
    assert shown(database(*fields, effect=Effect.RESTARTS))[4:6] == [
        "                 env[A].key  config-1 → config-2",
        "                     and 2 more fields alike",
    ]


def test_what_only_follows_is_told_together() -> None:
    field = FieldChange("vpc_id", "aws_vpc.v.id", LATER, Effect.REPLACES, forces=True)
    told = shown(
        *(
            Change(
                Half.INFRASTRUCTURE, f"aws_subnet.{name}", "network", Action.REPLACED, Effect.REPLACES, fields=(field,)
            )
            for name in "abc"
        )
    )
    assert told[3:5] == [
        "  replaces       3 replaced  what they refer to is made anew",
        "                 aws_subnet.a, aws_subnet.b, aws_subnet.c",
    ]


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize(("before", "after"), [(NOTHING, ALL), (ALL, NOTHING)])
def test_no_line_is_longer_than_the_terminal_but_for_one_name(before: object, after: object, width: int) -> None:
    difference = compare(before, after, fields=FIELDS)  # type: ignore[arg-type]
    told = ["".join(text for text, _ in line) for line in lines(difference, "analytics-prod", width)]
    long = [line for line in told if len(line) > width]
    assert all(line.count("  ") <= 12 for line in long)
    assert len(told) > 40
    if width == 100:
        assert [line for line in long if len(line) - max(map(len, line.split())) > 40] == []


def test_a_pipe_gets_plain_text() -> None:
    stream = io.StringIO()
    show(Difference.of("a", "b", [database()]), "shop-prod", stream)
    assert "\x1b" not in stream.getvalue()
    assert "aws_db_instance.database" in stream.getvalue()

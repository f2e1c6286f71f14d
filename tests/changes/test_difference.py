"""The list of what is different: its order, its groups, and the class that each row has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twinstack.changes.difference import RISKS, Cause, Change, Difference, FieldChange, risk_of
from twinstack.changes.effect import Effect
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location


def change(
    subject: str, effect: Effect, *, thing: str = "", known: bool = True, fields: tuple[FieldChange, ...] = ()
) -> Change:
    half = Half.INFRASTRUCTURE if subject.startswith("aws_") else Half.WORKLOADS
    return Change(half, subject, thing, Action.CHANGED, effect, known, fields=fields)


SAFE = change("aws_db_instance.database", Effect.SAFE, thing="database")
WORST = change("aws_db_subnet_group.database", Effect.DESTROYS_DATA, thing="database")
UNNOTED = change("Deployment shop/web", Effect.INTERRUPTS, thing="web", known=False)
INTERRUPTS = change("Service shop/web", Effect.INTERRUPTS, thing="web")
REPLACES = change("aws_iam_role.other", Effect.REPLACES)


def test_every_effect_is_a_class_in_its_order_with_what_is_unknown_above_what_interrupts() -> None:
    known = ["interrupts", "restarts", "safe"]
    assert [*RISKS] == ["destroys data", "exposes", "unprotects", "replaces", "unknown", *known]
    assert {*map(str, Effect)} < {*RISKS}


@pytest.mark.parametrize(
    ("effect", "known", "risk"),
    [
        (Effect.SAFE, True, "safe"),
        (Effect.SAFE, False, "unknown"),
        (Effect.INTERRUPTS, False, "unknown"),
        (Effect.REPLACES, False, "replaces"),
        (Effect.DESTROYS_DATA, False, "destroys data"),
    ],
)
def test_what_nobody_noted_is_unknown_unless_its_effect_is_worse(effect: Effect, known: bool, risk: str) -> None:
    assert risk_of(effect, known) == risk


def test_the_worst_comes_first_and_so_does_its_thing() -> None:
    difference = Difference.of("main", "the present", [SAFE, INTERRUPTS, UNNOTED, REPLACES, WORST])
    assert difference.changes == (WORST, REPLACES, UNNOTED, INTERRUPTS, SAFE)
    assert difference.worst == "destroys data"
    assert difference.by_thing == {"database": (WORST, SAFE), "": (REPLACES,), "web": (UNNOTED, INTERRUPTS)}
    assert difference.counts == {"destroys data": 1, "replaces": 1, "unknown": 1, "interrupts": 1, "safe": 1}


def test_nothing_different_has_no_worst() -> None:
    difference = Difference.of("main", "the present", [])
    assert difference.is_empty
    assert difference.as_dict() == {
        "before": "main",
        "after": "the present",
        "worst": None,
        "counts": {},
        "cost": None,
        "changes": [],
    }


def test_a_change_says_how_long_its_worst_takes_and_what_made_it() -> None:
    cause = Cause("database.instance_class", Location("environments/prod.yaml", 14))
    fields = (
        FieldChange(
            "instance_class", "db.t4g.small", "db.t4g.large", Effect.INTERRUPTS, usual="10 minutes", cause=cause
        ),
        FieldChange("iops", None, 3000, Effect.SAFE, usual="an hour", cause=cause),
    )
    one = change("aws_db_instance.database", Effect.INTERRUPTS, fields=fields)
    assert one.usual == "10 minutes"
    assert one.causes == (cause,)
    assert one.as_dict()["fields"][0] == {
        "path": "instance_class", "before": "db.t4g.small", "after": "db.t4g.large", "class": "interrupts", "why": "",
        "usual": "10 minutes", "forces": False,
        "cause": {
            "path": "database.instance_class", "file": "environments/prod.yaml", "line": 14, "note": "", "others": [],
        },
    }  # fmt: skip


def test_a_cause_says_where_it_stands_and_what_else_may_be_one() -> None:
    here = Cause("database.storage_gib", Location("environments/prod.yaml", 14))
    gone = Cause("cache.nodes", Location("environments/prod.yaml", 20), "removed, was environments/prod.yaml:22")
    assert str(here) == "environments/prod.yaml:14 database.storage_gib"
    assert str(Cause("", note="the program")) == "the program"
    assert str(replace(here, others=(gone,))) == (
        "environments/prod.yaml:14 database.storage_gib or "
        "environments/prod.yaml:20 cache.nodes (removed, was environments/prod.yaml:22)"
    )

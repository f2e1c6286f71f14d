"""What production may not give up, and what is never written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.layers.places import live
from twinstack.errors import Problem
from twinstack.layers.load import Loaded

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]


def test_production_gives_up_no_protection_without_an_acknowledgement(refuse: Refuse) -> None:
    problems = refuse(
        """\
protected: true
network: {nat: per_zone}
database:
  deletion_protection: false
  backup_retention_days: 1
  encrypted: false
  multi_az: false
  final_snapshot: false
files:
  versioned: false
"""
    )
    assert [(each.code, each.path, each.location) for each in problems] == [
        ("TW401", "database.deletion_protection", live(4)),
        ("TW402", "database.backup_retention_days", live(5)),
        ("TW403", "database.encrypted", live(6)),
        ("TW404", "database.multi_az", live(7)),
        ("TW405", "database.final_snapshot", live(8)),
        ("TW402", "files.versioned", live(10)),
    ]
    assert problems[0] == Problem(
        "TW401",
        "production without deletion protection",
        "database.deletion_protection",
        live(4),
        "deletion_protection: false",
        "true",
        'set `deletion_protection` as allowed; or, with a reviewed reason, `database.acknowledge: {TW401: "…"}`',
    )


def test_an_acknowledgement_with_its_reason_lets_a_relaxation_pass(accept: Accept) -> None:
    loaded = accept(
        """\
protected: true
network: {nat: per_zone}
database:
  multi_az: false
  acknowledge: {TW404: "the nightly batch can wait for a restore"}
"""
    )
    assert loaded.warnings == ()
    assert loaded.environment.database.multi_az is False


def test_an_acknowledgement_without_a_reason_is_refused(refuse: Refuse) -> None:
    assert refuse("database:\n  acknowledge: {TW404: ok}") == (
        Problem(
            "TW104",
            "the value does not fit",
            "database.acknowledge.TW404",
            live(2),
            '"ok" (text)',
            "text of at least 10 characters",
            "write 10 characters or more",
        ),
    )


def test_an_acknowledgement_that_nothing_needs_is_reported(accept: Accept) -> None:
    assert accept("database:\n  acknowledge: {TW404: not needed at all here}").warnings == (
        Problem(
            "TW491",
            "an acknowledgement that nothing needs",
            "database.acknowledge.TW404",
            live(2),
            fix="remove it, so that the rule holds again",
            warning=True,
        ),
    )


def test_a_rule_without_a_relaxation_cannot_be_acknowledged(refuse: Refuse) -> None:
    (problem,) = refuse("database:\n  backup_window: 04:30-05:30\n  acknowledge: {TW701: we would like it this way}")
    assert problem.code == "TW701"

"""`--set path=value` reads its value as YAML."""

from __future__ import annotations

import pytest

from twinstack.cli.assignment import read_assignments
from twinstack.errors import ConfigurationError, UsageError


def test_values_are_yaml() -> None:
    texts = ["a.b=false", 'c="1.10"', "d={min: 1, max: 2}", "e=", "f=x=y", "g=[a, b]"]
    assert read_assignments(texts) == {
        "a.b": False,
        "c": "1.10",
        "d": {"min": 1, "max": 2},
        "e": None,
        "f": "x=y",
        "g": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a.b"], '--set "a.b" is no assignment: write it as path=value, for example database.multi_az=false'),
        (["=1"], '--set "=1" is no assignment: write it as path=value, for example database.multi_az=false'),
        (["a=1", "a=2"], '--set "a" is given twice: keep one'),
    ],
)
def test_what_is_no_assignment_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_assignments(texts)
    assert str(caught.value) == message


def test_every_broken_value_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_assignments(["a=[1", "b={x", "c=1"])
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [("TW101", "a"), ("TW101", "b")]

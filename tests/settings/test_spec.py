"""What settings are described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.settings import SettingsSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
settings:
  variables: {LOG_LEVEL: info, LIMIT: 100, FEATURE: true}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    settings: SettingsSpec


def load(layer: str = "", base: str = BASE) -> SettingsSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.settings


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_a_link_is_delivered_all_of_them_as_text() -> None:
    offer = load().offer(Access.READ)
    assert offer.variables == (Variable("LOG_LEVEL", "info"), Variable("LIMIT", "100"), Variable("FEATURE", "true"))
    assert (offer.reach, offer.port) == (Reach.NOTHING, None)


def test_layers_are_merged_variable_by_variable() -> None:
    assert load("settings: {variables: {LIMIT: 5, MORE: x}}").variables == {
        "LOG_LEVEL": "info",
        "LIMIT": 5,
        "FEATURE": True,
        "MORE": "x",
    }


def test_no_half_has_to_build_them() -> None:
    assert load().built_in == frozenset()


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "settings: {variables: {the-limit: 1}}",
            problem(
                "TW104",
                "the key does not fit",
                "settings.variables.the-limit",
                "the-limit",
                "the name of a variable: letters, digits and underscores, no digit first, such as LOG_LEVEL",
                "rename it",
            ),
        ),
        (
            "settings: {variables: {RATE: 1.5}}",
            problem(
                "TW104",
                "the value does not fit",
                "settings.variables.RATE",
                "1.5",
                "text, or a whole number, or true or false",
                'quote it: "1.5"',
            ),
        ),
        (
            "settings: {variables: {API_TOKEN: hunter2hunter2}}",
            problem(
                "TW105",
                "what seems to be a secret in YAML",
                "settings.variables.API_TOKEN",
                "(not shown)",
                "no secret stands in a file under version control",
                "make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here; "
                'or, where everybody may have it, `settings.acknowledge: {TW105 API_TOKEN: "why"}`',
            ),
        ),
    ],
)
def test_what_is_no_plain_variable_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)

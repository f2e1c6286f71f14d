"""What shared secrets are described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach
from twinstack.environment.load import load_text
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.secrets import SecretsSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
credentials:
  generated: {JWT_SECRET: {length: 48}}
  provided: {SENTRY_DSN: {description: "Sentry, Client Keys"}}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    credentials: SecretsSpec


def load(layer: str = "", base: str = BASE) -> SecretsSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.credentials


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_each_variable_is_a_secret_of_its_own() -> None:
    spec = load()
    assert [(variable.name, variable.value, variable.secret) for variable in spec.offer(Access.READ).variables] == [
        ("JWT_SECRET", "", spec.secret("JWT_SECRET")),
        ("SENTRY_DSN", "", spec.secret("SENTRY_DSN")),
    ]
    assert spec.secret("JWT_SECRET").name == "acme-shop-live/credentials/JWT_SECRET"
    assert spec.offer(Access.READ).reach is Reach.NOTHING


def test_a_version_of_one_leaves_the_others_alone() -> None:
    spec = load("credentials: {generated: {JWT_SECRET: {version: 2}}}")
    assert (spec.secret("JWT_SECRET").version, spec.secret("SENTRY_DSN").version) == (2, 1)
    assert spec.generated["JWT_SECRET"].length == 48


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "credentials: {provided: {JWT_SECRET: {description: from somewhere}}}",
            problem(
                "TW205",
                "JWT_SECRET is both generated and provided",
                "credentials.provided.JWT_SECRET",
                "JWT_SECRET",
                "one source for each variable",
                "keep one",
            ),
        ),
        (
            "credentials: {generated: {SHORT: {length: 8}}}",
            problem(
                "TW104",
                "the value does not fit",
                "credentials.generated.SHORT.length",
                "8",
                "a whole number, 32 to 4096",
                "raise it to 32 or more",
            ),
        ),
        (
            "credentials: {provided: {NEW: {}}}",
            problem(
                "TW107",
                "a value is missing",
                "credentials.provided.NEW.description",
                "nothing",
                "text that is not empty: Where the value is to be had, for the person who provides it.",
                f"add `description` under `credentials.provided.NEW` in {FILE}, or in environments/base.yaml for all environments",
            ),
        ),
        (
            "credentials: {provided: {SENTRY_DSN: abc}}",
            problem(
                "TW105",
                "what seems to be a secret in YAML",
                "credentials.provided.SENTRY_DSN",
                "(not shown)",
                "no secret stands in a file under version control",
                "make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here",
            ),
        ),
    ],
)
def test_what_is_no_secrets_place_is_refused(layer: str, expected: Problem) -> None:
    assert expected in refused(layer)


def test_none_at_all_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(base=TOP + "credentials: {}\n")
    assert [(each.code, each.path, each.given, each.fix) for each in caught.value.problems] == [
        ("TW707", "credentials", "nothing generated, nothing provided", "remove the spec, or add one")
    ]

"""What a scheduler is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.scheduler import SchedulerSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
beat:
  image: registry.example/web
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  health: {command: [is-alive]}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    beat: SchedulerSpec


def load(layer: str = "", base: str = BASE) -> SchedulerSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.beat


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_it_stops_in_half_a_minute_unless_told_otherwise() -> None:
    assert load().grace_seconds == 30
    assert load("beat: {grace_seconds: 90}").grace_seconds == 90


def test_it_links_to_nothing_and_needs_no_identity_unless_told_otherwise() -> None:
    spec = load()
    assert (spec.links, spec.has_identity, spec.secret_variables) == ((), False, ())


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "beat: {scale: {min: 2, max: 2}}",
            problem(
                "TW103",
                "unknown key",
                "beat.scale",
                "scale",
                ", ".join(sorted(SchedulerSpec.model_fields)),
                "remove it",
            ),
        ),
        (
            "beat: {grace_seconds: 1}",
            problem(
                "TW104",
                "the value does not fit",
                "beat.grace_seconds",
                "1",
                "a whole number, 5 to 600",
                "raise it to 5 or more",
            ),
        ),
    ],
)
def test_a_scheduler_is_exactly_one(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)

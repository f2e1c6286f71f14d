"""What a Job is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.job import JobSpec
from twinstack.layers.load import load_text

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
migration:
  image: registry.example/web
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    migration: JobSpec


def load(layer: str = "", base: str = BASE) -> JobSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.migration


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_try_again_and_keep_the_logs_for_a_day() -> None:
    spec = load()
    assert (spec.deadline_seconds, spec.retries, spec.keep_seconds) == (900, 3, 86400)
    assert spec.kubernetes_name == "shop-migration"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "migration: {deadline_seconds: 5}",
            problem(
                "TW104",
                "the value does not fit",
                "migration.deadline_seconds",
                "5",
                "a whole number, 10 to 86400",
                "raise it to 10 or more",
            ),
        ),
        (
            "migration: {retries: 21}",
            problem(
                "TW104",
                "the value does not fit",
                "migration.retries",
                "21",
                "a whole number, 0 to 20",
                "lower it to 20 or less",
            ),
        ),
        (
            "migration: {command: [x]}",
            problem(
                "TW106",
                "`command` is the same in every environment",
                "migration.command",
                f"`command` in {FILE}",
                "only in environments/base.yaml: a difference between environments here would be found in production",
                "move it to environments/base.yaml",
            ),
        ),
    ],
)
def test_a_job_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)

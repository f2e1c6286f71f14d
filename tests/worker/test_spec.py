"""What a worker is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.redis import RedisSpec
from twinstack.worker import WorkerSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
worker:
  image: registry.example/web
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  health: {command: [is-alive]}
  task_limit_seconds: 300
  scale: {min: 1, max: 4, cpu: 70}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    worker: WorkerSpec


def load(layer: str = "", base: str = BASE) -> WorkerSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.worker


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_it_is_given_its_longest_task_and_a_minute_to_stop() -> None:
    assert load().grace_seconds == 360
    assert load("worker: {task_limit_seconds: 10}").grace_seconds == 70


def test_its_health_is_a_command() -> None:
    health = load().health
    assert (health.command, health.period_seconds, health.timeout_seconds) == (("is-alive",), 30, 5)


def test_names_follow_the_field() -> None:
    assert (load().kubernetes_name, load().autoscaler_name) == ("shop-worker", "shop-worker-hpa")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "worker: {task_limit_seconds: 0}",
            problem(
                "TW104",
                "the value does not fit",
                "worker.task_limit_seconds",
                "0",
                "a whole number, 1 to 43200",
                "raise it to 1 or more",
            ),
        ),
        (
            "worker: {task_limit_seconds: 5m}",
            problem(
                "TW104",
                "the value does not fit",
                "worker.task_limit_seconds",
                '"5m" (text)',
                "a whole number, 1 to 43200",
                "write the number alone, 5, in the unit that the key names",
            ),
        ),
        (
            "worker: {scale: {max: 0}}",
            problem(
                "TW104",
                "the value does not fit",
                "worker.scale.max",
                "0",
                "a whole number, 1 to 1000",
                "raise it to 1 or more",
            ),
        ),
    ],
)
def test_a_worker_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


class Queued(Environment):
    cache: RedisSpec
    worker: WorkerSpec


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ("task_limit_seconds: 14400, uses: [cache]", ["TW356"]),
        ("task_limit_seconds: 3601, uses: [cache]", ["TW356"]),
        ("task_limit_seconds: 3600, uses: [cache]", []),
        ("task_limit_seconds: 14400", []),
        ("task_limit_seconds: 14400, uses: [cache], acknowledge: {TW356: visibility_timeout is 20000}", []),
    ],
)
def test_a_task_longer_than_its_broker_waits_for_is_warned_of(more: str, codes: list[str]) -> None:
    base = BASE.replace("  task_limit_seconds: 300\n", "") + "cache: {node_type: cache.t4g.micro, nodes: 1}\n"
    more = "".join(
        f"  {line}\n" for line in more.replace(", uses", "\nuses").replace(", acknow", "\nacknow").splitlines()
    )
    loaded = load_text(Queued, "live", {"base": base.replace("worker:\n", "worker:\n" + more), "live": ""}, TODAY)
    assert [one.code for one in loaded.warnings] == codes

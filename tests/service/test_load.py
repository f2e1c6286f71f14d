"""200 requests a second for a minute, on a machine of two cores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.service import configuration
from tests.service.load import EVENT
from tests.service.minute import RATE, SECONDS, Minute
from tests.service.service import Service
from twinstack.environment import WorkloadSpec

pytestmark = pytest.mark.service


def test_two_hundred_requests_a_second_for_a_minute_meet_no_error(
    minute: Minute, shown: Callable[[str, str], None]
) -> None:
    outcome = minute.outcome
    assert not outcome.failures, f"{outcome.failures}; the generator itself was {outcome.lateness:.0f} ms late"
    assert len(outcome.latencies) == RATE * SECONDS
    assert outcome.rate > 0.95 * RATE
    assert outcome.percentile(99) < 1000
    percentiles = ", ".join(f"p{percent} {outcome.percentile(percent):.0f} ms" for percent in (50, 95, 99))
    shown(f"{RATE} requests a second for {SECONDS} s", f"{outcome.rate:.0f} a second, no error, {percentiles}")


def test_every_event_of_the_load_is_counted_once(
    minute: Minute, service: Service, shown: Callable[[str, str], None]
) -> None:
    service.wait_until_idle()
    assert minute.loaded is not None
    counted = minute.loaded.client().count(EVENT) - minute.events_before
    assert counted == minute.outcome.sent["event"]
    shown("events of the load", f"{counted} sent, {counted} counted")


@pytest.mark.parametrize("name", ["backend", "worker", "scheduler"])
def test_memory_after_the_load_is_within_the_limit(
    name: str, minute: Minute, shown: Callable[[str, str], None]
) -> None:
    spec = configuration.environment().specs[name]
    assert isinstance(spec, WorkloadSpec)
    limit = int(spec.resources.limits.memory.removesuffix("Mi"))
    assert minute.memory[name] < 0.8 * limit, "less than a fifth is left"
    shown(f"memory of {name} after the load", f"{minute.memory[name]:.0f} MiB of {limit}")

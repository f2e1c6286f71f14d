"""The one beat: each minute once, gone at once when told to, and its health known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.service.minute import Minute
from tests.service.service import Container, Service

pytestmark = pytest.mark.service


def test_beat_fires_in_each_minute_exactly_once(
    minute: Minute, service: Service, scheduler: Container, shown: Callable[[str, str], None]
) -> None:
    service.wait_until_idle()
    assert scheduler.is_running
    rows = service.rows("SELECT minute, cardinality(task_ids) FROM beat_minutes ORDER BY minute")
    first, last = rows[0][0], rows[-1][0]
    minutes = [first + timedelta(minutes=number) for number in range(len(rows))]
    assert rows == [(each, 1) for each in minutes]
    begun = datetime.fromtimestamp(minute.begun, UTC)
    assert first <= begun.replace(second=0, microsecond=0) + timedelta(minutes=1) <= last
    ordered = scheduler.output.count("sending a due task")
    assert ordered == len(rows), scheduler.output
    shown("beat", f"minutes in a row: {len(rows)}, each ordered once and recorded once")


def test_the_health_command_fails_for_a_process_that_stopped_working(
    minute: Minute, shown: Callable[[str, str], None]
) -> None:
    assert all(minute.stopped.values()), minute.stopped
    assert minute.resumed == {"worker": 0, "scheduler": 0}
    shown("health of a worker and a beat held for a minute", f"status {minute.stopped}, 0 again when let go")


def test_beat_ends_at_once_when_told_to_and_its_health_command_fails_then(
    minute: Minute, shown: Callable[[str, str], None]
) -> None:
    status, seconds = minute.ended_beat
    assert status == 0
    assert seconds < 5
    assert minute.ended_beat_health != 0
    shown("TERM to beat", f"status 0 after {seconds:.1f} s; health status {minute.ended_beat_health} a minute later")

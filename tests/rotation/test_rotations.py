"""Rotating each secret, adding one, removing one, changing a setting, a migration that fails, and each return.

Each scenario is played whole: with `-m slow`, and `-n 4` for several at once, each worker on a control plane of its own.
Nothing is asserted about how long anything takes; whatever has to come is waited for.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rotation.release import Releases
from tests.rotation.run import running
from tests.rotation.scenarios import SCENARIOS, Scenario
from twinstack.rehearsal.control_plane import ControlPlane

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    return Releases(tmp_path_factory.mktemp("releases"), pace=_PACE)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.key)
def test_no_pod_is_missed_and_no_login_refused(
    scenario: Scenario, tools: Callable[[], None], rotation_plane: ControlPlane, releases: Releases
) -> None:
    tools()
    with running(rotation_plane, scenario.key, releases, scenario.first(), patience_seconds=_PATIENCE_SECONDS) as run:
        try:
            scenario.play(run)
        finally:
            run.sampler.stop()
        assert run.problems == []
        record = run.record
    assert [(one.workload, one.reason) for one in record.refusals] == []
    assert record.tokens_refused == 0
    assert record.broken_promises() == {}
    # What was never looked at cannot have failed.
    assert record.logins > len(record.samples) > 0
    assert record.tokens > 0


_PACE = 10.0
_PATIENCE_SECONDS = 300.0

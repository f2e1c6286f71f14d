"""The tests run on the trimmed bindings, as the program does: one kernel for each process, started before the imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.bindings import activate

activate(Path(__file__).parents[1])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes several seconds; leave it out with -m 'not slow'")

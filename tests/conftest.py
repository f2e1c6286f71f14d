"""The tests run on the trimmed bindings, as the program does: one kernel for each process, started before the imports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.installed import built, installed  # noqa: F401  fixtures, for every test
from twinstack.bindings import activate

activate(Path(__file__).parents[1])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"slow: takes many seconds, and is skipped but with -m slow or {SLOW}=1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips what is slow, and says so, unless it is asked for: what is run at every change has to be quick."""
    if config.option.markexpr or os.environ.get(SLOW):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason=f"slow: pytest -m slow runs these alone, {SLOW}=1 everything"))


SLOW = "TWINSTACK_SLOW_TESTS"

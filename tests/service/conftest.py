"""Collects the test of the running service only where it is asked for, with `-m service`: it needs real servers.

Nothing of its own requirements is imported here, because `make test` reads this file too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

MARKER = "service"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARKER}: runs the real processes; collected with `-m {MARKER}` alone")
    if _is_wanted(config):
        config.pluginmanager.import_plugin("tests.service.fixtures")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if _is_wanted(config) or collection_path.name == "conftest.py" else True


def _is_wanted(config: pytest.Config) -> bool:
    return config.option.markexpr == MARKER

"""The tests are held on the native engine, as a user's begin, unless TWINSTACK_BINDINGS says another: one a process.

The programs that they start choose for themselves, as a user's do.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.installed import built, installed, wheels  # noqa: F401  fixtures, for every test
from tests.order import place
from tests.planes import Planes
from tests.shop import accept, base, refuse, shop  # noqa: F401
from tests.starting.lent import lend_bindings  # noqa: F401
from twinstack.bindings import activate

with pytest.MonkeyPatch.context() as variables:
    variables.setenv("TWINSTACK_BINDINGS", os.environ.get("TWINSTACK_BINDINGS", "native"))
    activate(Path(__file__).parents[1])
gc.disable()  # until all tests are collected: nothing that is made for that is garbage


# No example fails for the time it takes, which on a busy machine is the machine's.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"slow: takes many seconds, and is skipped but with -m slow or {SLOW}=1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each core; two where slow tests run too, which wait for pods and servers more than they compute."""
    cores = len(os.sched_getaffinity(0))
    return 2 * cores if runs_slow(config) else cores


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.option.dist == "loadscope":
        from tests.workers import ByFolder

        return ByFolder(config, log)
    return None


def runs_slow(config: pytest.Config) -> bool:
    return bool(config.option.markexpr or os.environ.get(SLOW))


@pytest.fixture(scope="session")
def planes() -> Iterator[Planes]:
    yield PLANES
    PLANES.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Ends the control planes of a folder with its last test: each takes a twentieth of a processor for nothing."""
    try:
        yield
    finally:
        if nextitem is None or nextitem.path.parent != item.path.parent:
            PLANES.end_unused()


def pytest_runtest_setup() -> None:
    """Each test is a run of its own: what the native engine refused before is not asked for any more."""
    if (unsupported := sys.modules.get("twinstack.bindings.native.unsupported")) is not None:
        unsupported.REFUSED.clear()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips what is slow, and says so, unless it is asked for: what is run at every change has to be quick.

    Where it is, its modules come first, the longest before all, so that no worker is left alone with it at the end.
    """
    if runs_slow(config):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: place(item.path, has_slow=item.path in slow))
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason=f"slow: pytest -m slow runs these alone, {SLOW}=1 everything"))


PLANES = Planes()
SLOW = "TWINSTACK_SLOW_TESTS"

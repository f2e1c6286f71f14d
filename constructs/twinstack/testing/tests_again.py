"""Begins a session of pytest again, on node, where the native engine was asked for what it does not do.

The session ends first, so that whatever its tests hold is put away; the process that pytest was begun as is then begun again.
A worker of pytest-xdist tells the process that began it.
"""

from __future__ import annotations

import atexit
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from twinstack.bindings.again import begin_again, own_these_tests
from twinstack.printable import printable_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def own() -> None:
    """Takes the process for the tests' own where it was begun as pytest, or as a worker of pytest-xdist."""
    if _is_pytests():
        own_these_tests()
        atexit.register(_begin_again)
    elif any(BOOTSTRAP in one for one in sys.orig_argv):
        own_these_tests()


def _is_pytests() -> bool:
    arguments = sys.orig_argv[1:]
    is_module = any(pair == ("-m", "pytest") for pair in pairwise(arguments))
    return is_module or any(Path(one).name in ("pytest", "py.test") for one in arguments[:1])


def _begin_again() -> None:
    if needed := need() or next(iter(_TOLD), ""):
        sys.stderr.write(f"the native engine does not do {printable_line(needed)}: the tests begin again on node\n")
        begin_again("node")


def need() -> str:
    """What needs node, in words; empty where nothing does."""
    choice = sys.modules.get("twinstack.bindings.choice")
    found = choice.noted_need() if choice is not None else None
    return str(found) if found is not None else ""


class Again:
    """Ends the session where something was refused. What its tests say from then on is void."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report: Any = yield
        if need():
            report.outcome, report.longrepr = "skipped", (str(item.path), item.location[1] or 0, VOID)
            item.session.shouldstop = VOID
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        report: Any = yield
        if need() and report.failed:
            report.outcome, report.longrepr = "skipped", (str(collector.path), 0, VOID)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        if need():
            raise session.Interrupted(VOID)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None and (needed := need()):
            output[NEEDED] = needed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if needed := getattr(node, "workeroutput", {}).get(NEEDED):
            _TOLD.append(needed)


VOID: Final = "the tests begin again on node"
BOOTSTRAP: Final = "exec(eval(sys.stdin.readline()))"
"""How execnet begins a worker."""
NEEDED: Final = "twinstack_needs_node"
_TOLD: Final[list[str]] = []
"""By workers."""

"""The control planes of the tests: a worker keeps what one folder needs, and ends it with that folder's tests.

One takes four seconds to start. After that, though nobody asks it anything, it takes a twentieth of a processor and
600 MiB: six in each of four workers were half of the machine.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

Plane = TypeVar("Plane")


class Planes:
    """What runs in one worker."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[ExitStack, Any]] = {}
        self._lent: Counter[str] = Counter()

    @contextmanager
    def lent(self, name: str, start: Callable[[], AbstractContextManager[Plane]]) -> Generator[Plane]:
        """What `start` gives: the same for all of a folder who ask by this name."""
        if name not in self._running:
            with ExitStack() as stack:
                plane = stack.enter_context(start())
                self._running[name] = stack.pop_all(), plane
        self._lent[name] += 1
        try:
            yield self._running[name][1]
        finally:
            self._lent[name] -= 1

    def end_unused(self) -> None:
        """Ends those that nobody has now."""
        self.end(self._running.keys() - +self._lent)

    def end(self, names: set[str] | None = None) -> None:
        """Ends these, or all."""
        for name in list(self._running) if names is None else names:
            self._running.pop(name)[0].close()


@contextmanager
def api_server_alone() -> Generator[ControlPlane]:
    """What envtest's own folder gives: no controllers and no nodes."""
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no API server to ask")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("etcd", "kube-apiserver"):
            (Path(folder) / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
        with ControlPlane.start(Path(folder)) as plane:
            yield plane


@contextmanager
def whole(**options: object) -> Generator[ControlPlane]:
    """With controllers and nodes; the options are `ControlPlane.start`'s."""
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no control plane to start")
    with ControlPlane.start(**options) as plane:  # pyright: ignore[reportArgumentType]
        if not plane.runs_pods:
            pytest.skip(f"{ASSETS_VARIABLE} has only the API server: no pods to look at")
        yield plane

"""Two processes, one on each engine, that carry out the same programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


class Engine:
    """A process that carries out programs on one engine."""

    def __init__(self, bindings: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("engine.py")), str(ROOT)],
            env={**os.environ, "TWINSTACK_BINDINGS": bindings},
            cwd=folder,  # the same for both: the default backend names it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, program: Any) -> dict[str, str]:
        """What a program makes, or what it raised or was refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(program) + "\n")
        self._process.stdin.flush()
        found: dict[str, str] = json.loads(self._process.stdout.readline())
        return found

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """The native one, and node's."""
    folder = tmp_path_factory.mktemp("engines")
    both = Engine("native", folder), Engine("node", folder)
    yield both
    for one in both:
        one.end()


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One on the wheels as they are."""
    one = Engine("stock", tmp_path_factory.getbasetemp() / "engines0")
    yield one
    one.end()

"""Programs of others that the tests ask: type checkers, run over a folder as an editor runs them, Docker Compose and
promtool."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

PROGRAMS: Final = Path(sys.executable).parent
COMPOSE: Final = PROGRAMS / "docker-compose"
needs_compose: Final = pytest.mark.skipif(
    not COMPOSE.is_file() and not os.environ.get("CI"), reason="`make test` installs docker-compose"
)
PROMTOOL: Final = shutil.which("promtool")
needs_promtool: Final = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not on the path: it comes with Prometheus"
)


def promtool(*arguments: str | Path) -> None:
    """Fails with what it says unless it finds nothing wrong."""
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def pyright(*arguments: str | Path, cwd: Path) -> dict[str, Any]:
    """What it found; it takes for installed what the interpreter of these tests has."""
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [PROGRAMS / "basedpyright", *arguments, "--outputjson"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path, "VIRTUAL_ENV": sys.prefix},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found

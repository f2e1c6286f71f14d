"""What the native engine leaves to node, in a process on node: the tests' own is on the native one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final


def run_on_node(program: str) -> None:
    """Runs a program in the repository, and holds that it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", f"{_BEGIN}{program}"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "TWINSTACK_BINDINGS": "node"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


_BEGIN: Final = """\
from pathlib import Path
from twinstack.bindings import activate

activate(Path.cwd())
"""

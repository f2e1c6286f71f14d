"""The library as it was at a commit: its own code, in a folder of its own, run by the same Python."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent


@contextmanager
def former(commit: str) -> Generator[Path]:
    """A worktree of the repository at a commit."""
    with tempfile.TemporaryDirectory(prefix="twinstack-bench-") as temporary:
        folder = Path(temporary) / "former"
        _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def path_of(folder: Path) -> Mapping[str, str]:
    """What puts its library and its product before those that are installed."""
    return {"PYTHONPATH": f"{folder / 'constructs'}{os.pathsep}{folder}"}


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True)

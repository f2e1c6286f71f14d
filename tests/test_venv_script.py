"""`make` with a wrong Python says which one it needs, and the next `make` with a right one works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "venv.sh"


def make(folder: Path, python: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, folder, python], capture_output=True, text=True, check=False)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A Python of another version, as far as anybody can see."""
    return program(tmp_path / "old" / "python3.9", 'test "$1" = --version && echo "Python 3.9.18"; exit 1')


MAKES_ONE = """
case "$1" in
  -c) exit 0 ;;
  -m) rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo "$*" ;;
esac
"""
"""What it is asked to make, without the seconds that pip takes to be unpacked."""


@pytest.mark.parametrize("left", ["exit 1", "exec /nonexistent"], ids=["too old", "broken"])
def test_what_an_earlier_run_left_broken_is_made_anew(tmp_path: Path, left: str) -> None:
    program(tmp_path / "venv" / "bin" / "python", left)
    done = make(tmp_path / "venv", program(tmp_path / "new" / "python3.11", MAKES_ONE))
    assert (done.returncode, done.stdout) == (0, f"-m venv --clear {tmp_path / 'venv'}\n")
    assert make(tmp_path / "venv", "/nonexistent").returncode == 0


def test_one_that_fits_is_left_alone(tmp_path: Path, old: Path) -> None:
    program(tmp_path / "venv" / "bin" / "python", "exit 0")
    assert make(tmp_path / "venv", old).returncode == 0

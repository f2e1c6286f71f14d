"""scripts/deploy.sh and scripts/rollback.sh: what they refuse, and what they hand on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

SCRIPTS: Final = Path(__file__).parents[2] / "scripts"
MOVING: Final = ("latest", "main", "snapshot")


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A product whose twinstack tells where it was called, and with what; its exit status is its own to choose."""
    (tmp_path / "scripts").mkdir()
    for name in ("deploy.sh", "rollback.sh"):
        shutil.copy(SCRIPTS / name, tmp_path / "scripts" / name)
    program = tmp_path / ".venv" / "bin" / "twinstack"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$PWD"\nprintf "%s\\n" "$@"\nexit "${STATUS:-0}"\n')
    program.chmod(0o755)
    return tmp_path


def ran(
    product: Path, script: str, *arguments: str, cwd: Path | None = None, status: int = 0
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [product / "scripts" / script, *arguments],
        cwd=cwd or product,
        env={"PATH": os.environ["PATH"], "STATUS": str(status)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("deploy.sh", ()),
        ("deploy.sh", ("prod",)),
        ("deploy.sh", ("prod", "")),
        ("deploy.sh", ("", "1.5.0")),
        ("deploy.sh", ("--yes", "prod")),
        ("rollback.sh", ()),
        ("rollback.sh", ("",)),
        ("rollback.sh", ("--yes",)),
    ],
)
def test_without_its_arguments_it_shows_how_it_is_used_and_does_nothing(
    product: Path, script: str, arguments: tuple[str, ...]
) -> None:
    done = ran(product, script, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")
    assert "<environment>" in done.stderr


@pytest.mark.parametrize("script", ["deploy.sh", "rollback.sh"])
@pytest.mark.parametrize("version", MOVING)
def test_a_tag_that_moves_is_refused_by_the_library_which_alone_knows_them(
    product: Path, script: str, version: str
) -> None:
    program = product / ".venv" / "bin" / "twinstack"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m twinstack "$@"\n')
    done = ran(product, script, "prod", version)
    assert (done.returncode, done.stdout) == (2, "")
    assert "TW962" in done.stderr
    assert f"given    {version}" in done.stderr


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_it_works_from_any_folder_hands_everything_on_and_ends_as_twinstack_does(
    product: Path, tmp_path_factory: pytest.TempPathFactory, status: int
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    deployed = ran(product, "deploy.sh", "prod", "1.5.0", "--yes", cwd=elsewhere, status=status)
    assert deployed.returncode == status
    assert deployed.stdout.splitlines() == [str(product), "deploy", "prod", "1.5.0", "--yes"]
    returned = ran(product, "rollback.sh", "prod", cwd=elsewhere, status=status)
    assert returned.returncode == status
    assert returned.stdout.splitlines() == [str(product), "rollback", "prod"]
    assert ran(product, "rollback.sh", "prod", "1.4.2").stdout.splitlines()[1:] == ["rollback", "prod", "1.4.2"]


def test_an_argument_stays_one_whatever_is_in_it(product: Path) -> None:
    done = ran(product, "deploy.sh", "prod", "1.5.0; echo owned", "$(id)")
    assert done.stdout.splitlines()[1:] == ["deploy", "prod", "1.5.0; echo owned", "$(id)"]


def test_without_twinstack_it_says_how_to_get_it(product: Path) -> None:
    (product / ".venv" / "bin" / "twinstack").unlink()
    done = subprocess.run(
        [product / "scripts" / "deploy.sh", "prod", "1.5.0"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "twinstack is not installed here" in done.stderr

"""The library as others get it: built, and installed into an environment where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.once import once

ROOT = Path(__file__).parents[1]
EXTRAS = "aws,kubernetes,rehearse,test"


@dataclass(frozen=True)
class Installed:
    """A virtual environment, and what it says when it is asked for its programs."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    def install(self, *requirements: str | Path, options: tuple[str, ...] = ()) -> str:
        pip = ("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options)
        return self.run(*pip, *map(str, requirements), cwd=self.folder)

    def on_top(self, folder: Path) -> Installed:
        """An environment that has all of this one's packages, none of its programs, and what is installed into it."""
        made = empty(folder)
        (packages,) = self.folder.glob("lib/python*/site-packages")
        (own,) = made.folder.glob("lib/python*/site-packages")
        (own / "beneath.pth").write_text(f"{packages}\n")
        return made

    def run(self, program: str, *arguments: str | Path, cwd: Path, status: int = 0) -> str:
        """What it prints, once it has ended with this status."""
        done = run(self.programs / program, *arguments, cwd=cwd)
        assert done.returncode == status, done.stdout
        return done.stdout


@dataclass(frozen=True)
class Built:
    """The folder with the wheel and the sdist of the library, and the wheel of the queue."""

    folder: Path

    def wheel(self, name: str) -> Path:
        (found,) = self.folder.glob(f"{name}-*.whl")
        return found

    @property
    def sdist(self) -> Path:
        (found,) = self.folder.glob("twinstack-*.tar.gz")
        return found


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "CI"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden} | {"NO_COLOR": "1"}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment,
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    def make(folder: Path) -> None:
        for source in ("constructs", "examples/acme_queue"):
            done = run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT / source)
            assert done.returncode == 0, done.stdout

    return Built(once(tmp_path_factory, "built", make))


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The library's wheel with the extras that a product's own tests and rehearsals need, and nothing else."""

    def make(folder: Path) -> None:
        empty(folder).install(f"{built.wheel('twinstack')}[{EXTRAS}]")

    return Installed(once(tmp_path_factory, "installed", make))


def empty(folder: Path) -> Installed:
    """A virtual environment with nothing but pip."""
    venv.create(folder, with_pip=True)
    return Installed(folder)

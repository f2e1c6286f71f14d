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
EXTRAS = "rehearse,test"


@dataclass(frozen=True)
class Installed:
    """A virtual environment with no pip of its own, and what it says when it is asked for its programs."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    def install(self, *requirements: str | Path, options: tuple[str, ...] = ()) -> None:
        done = pip("--python", self.programs / "python", "install", "--no-compile", *options, *requirements)
        assert done.returncode == 0, done.stdout

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
    """The folder with the wheel and the sdist of the library, and the wheels of the queue and of the policy."""

    folder: Path

    def wheel(self, name: str) -> Path:
        (found,) = self.folder.glob(f"{name}-*.whl")
        return found

    @property
    def sdist(self) -> Path:
        (found,) = self.folder.glob("twinstack-*.tar.gz")
        return found


@dataclass(frozen=True)
class Wheels:
    """The library's wheel, and a folder with those of all that its extras need: the index was asked once for all."""

    library: Path
    needed: Path

    def installed(self, folder: Path, extras: str = "") -> Installed:
        """A virtual environment with the library, these extras `[aws,test]`, and nothing else."""
        made = empty(folder)
        made.install(f"{self.library}{extras}", options=("--no-index", "--find-links", str(self.needed)))
        return made


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


def pip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments, cwd=ROOT)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    def make(folder: Path) -> None:
        for source in ("constructs", "examples/acme_queue", "examples/acme_policy"):
            done = run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT / source)
            assert done.returncode == 0, done.stdout

    return Built(once(tmp_path_factory, "built", make))


@pytest.fixture(scope="session")
def wheels(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    library = built.wheel("twinstack")

    def make(folder: Path) -> None:
        done = pip("download", "--dest", folder, f"{library}[{EXTRAS}]")
        assert done.returncode == 0, done.stdout

    return Wheels(library, once(tmp_path_factory, "wheels", make))


@pytest.fixture(scope="session")
def installed(wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The library's wheel with the extras that a product's own tests and rehearsals need, and nothing else."""

    def make(folder: Path) -> None:
        whole = wheels.installed(folder, f"[{EXTRAS}]")
        whole.run("python", "-m", "compileall", "-q", "lib", cwd=folder)

    return Installed(once(tmp_path_factory, "installed", make))


def empty(folder: Path) -> Installed:
    """A virtual environment with nothing in it."""
    venv.create(folder)
    return Installed(folder)

"""Runs the scripts of workflows as GitHub's runner does: by its bash, in a copy of the repository, with its variables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
PATIENCE_SECONDS: Final = 3000


@dataclass(frozen=True)
class Step:
    """One step of one job."""

    workflow: str
    job: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.body.get("name", self.body.get("uses", "").partition("@")[0]))

    @property
    def script(self) -> str:
        return str(self.body["run"])


def steps() -> Iterator[Step]:
    """Every step of every committed workflow."""
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        for job, body in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].items():
            yield from (Step(file.stem, job, step) for step in body["steps"])


def step(workflow: str, job: str, name: str) -> Step:
    """The step of this name."""
    (found,) = [one for one in steps() if (one.workflow, one.job, one.name) == (workflow, job, name)]
    return found


@dataclass(frozen=True)
class Ran:
    """How a step ended, and what it told the runner."""

    status: int
    text: str
    outputs: Mapping[str, str]
    summary: str


def run(one: Step, repository: Path, *, path: Path | None = None, **variables: str) -> Ran:
    """Runs a step's script. `path` goes before the others that programs are looked for in."""
    runner = repository.parent / "runner"
    runner.mkdir(exist_ok=True)
    told = {
        name: runner / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
    }
    for file in told.values():
        file.write_text("")
    script = runner / "script.sh"
    script.write_text(one.script)
    environment = os.environ | {name: str(file) for name, file in told.items()}
    environment |= {"CI": "true", "RUNNER_TEMP": str(runner), "GITHUB_REPOSITORY": "shadower/analytics", **variables}
    environment["PATH"] = os.pathsep.join(
        map(str, (*filter(None, [path]), Path(sys.executable).parent, os.environ["PATH"]))
    )
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=repository / one.body.get("working-directory", "."),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    outputs = dict(line.split("=", 1) for line in told["GITHUB_OUTPUT"].read_text().splitlines())
    return Ran(done.returncode, done.stdout, outputs, told["GITHUB_STEP_SUMMARY"].read_text())


def checkout(folder: Path, *, with_tools: bool = True) -> Path:
    """A copy of what Git knows here, as it lies there now; with the tools that `make .venv/.complete` would install."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if with_tools:
        # Never the environment itself: what is installed there would be this copy, which is gone tomorrow.
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "twinstack").symlink_to(Path(sys.executable).parent / "twinstack")
        (folder / ".venv" / ".complete").touch()
    return folder


def program(folder: Path, name: str, script: str) -> Path:
    """A program of this name that does what the script says."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/usr/bin/env bash\n{script}\n")
    file.chmod(0o755)
    return file

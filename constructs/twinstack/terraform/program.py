"""The program that is run: Terraform or OpenTofu."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from twinstack.errors import MissingToolError


@dataclass(frozen=True, slots=True)
class Program:
    """`terraform` or `tofu`, where it is, its version, and the platform it installs providers for."""

    path: Path
    title: str
    version: str
    platform: str

    @classmethod
    def find(cls, program: str | None = None) -> Self:
        """The program of this name or path; by default TWINSTACK_TERRAFORM's, else the first of `terraform` and `tofu` on
        the path.

        Raises MissingToolError where there is none, where it does not run, and where it is too old for write-only
        arguments and ephemeral resources.
        """
        program = program or os.environ.get(VARIABLE)
        names = (program,) if program else PROGRAMS
        found = next((path for path in map(shutil.which, names) if path), None)
        if found is None:
            missing = f'"{program}" is not' if program else "neither terraform nor tofu is"
            raise MissingToolError(
                f"{missing} on the path: install Terraform {LEAST_VERSION} or OpenTofu {LEAST_VERSION}, or later, from its "
                "own download page or your package manager, and run this again"
            )
        return cls._ask(Path(found).absolute())

    @classmethod
    def _ask(cls, path: Path) -> Self:
        with tempfile.TemporaryDirectory(prefix="twinstack-") as folder:
            environment = {"PATH": str(path.parent), "HOME": folder, "CHECKPOINT_DISABLE": "1"}
            try:
                run = subprocess.run(
                    [path, "version", "-json"],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=True,
                )
                answer = json.loads(run.stdout)
                one = cls(
                    path,
                    "OpenTofu" if "tofu" in path.name else "Terraform",
                    answer["terraform_version"],
                    answer["platform"],
                )
            except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
                raise MissingToolError(f"{path.name} did not tell its version: {error}") from error
        if _numbers(one.version) < _numbers(LEAST_VERSION):
            raise MissingToolError(
                f"{one.title} {one.version} knows no write-only arguments: install {LEAST_VERSION} or later, and run this again"
            )
        return one


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


VARIABLE: Final = "TWINSTACK_TERRAFORM"
"""Names the program, or its path, where both are there and the other one is wanted."""
PROGRAMS: Final = ("terraform", "tofu")
LEAST_VERSION: Final = "1.11"
"""The first version of either with write-only arguments and ephemeral resources."""

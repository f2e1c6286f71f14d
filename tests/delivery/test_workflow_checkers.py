"""The workflows as others judge them: GitHub's schema, actionlint with shellcheck over each script, zizmor."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PLACES: Final = os.pathsep.join([str(ROOT / ".venv-check" / "bin"), os.environ["PATH"]])
WORKFLOWS: Final = sorted(map(str, (ROOT / ".github" / "workflows").glob("*.yml")))


def judged(program: str, *arguments: str) -> None:
    """Passes where the program finds nothing."""
    found = shutil.which(program, path=PLACES)
    if found is None:
        pytest.skip(f"{program} is neither in .venv-check nor on the path")
    done = subprocess.run(
        [found, *arguments], cwd=ROOT, env=os.environ | {"PATH": PLACES}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing_nor_shellcheck_in_any_script() -> None:
    if shutil.which("shellcheck", path=PLACES) is None:
        pytest.skip("shellcheck is neither in .venv-check nor on the path")
    judged("actionlint", *WORKFLOWS)


def test_zizmor_finds_nothing() -> None:
    judged("zizmor", "--offline", "--no-progress", "--quiet", ".github")


@pytest.mark.parametrize(
    ("schema", "files"),
    [("github-workflows", WORKFLOWS), ("dependabot", [str(ROOT / ".github" / "dependabot.yml")])],
    ids=["workflows", "dependabot"],
)
def test_they_fit_githubs_own_schema(schema: str, files: list[str]) -> None:
    judged("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


def test_the_scripts_pass_shellcheck() -> None:
    scripts = [file for folder in ("scripts", "findings") for file in sorted((ROOT / folder).glob("*.sh"))]
    judged("shellcheck", *map(str, scripts))

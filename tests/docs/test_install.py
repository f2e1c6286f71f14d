"""The page on installing, done in an empty folder; and that it names what there is."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import Block, blocks_of
from docs_generator.transcript import Reader, differences
from tests.docs.checks import COMMANDS, REPOSITORY
from tests.installed import Wheels

PAGE: Final = REPOSITORY / "docs" / "how-to" / "install.md"
BLOCKS: Final = [block for block in blocks_of(PAGE) if "test_install.py" in block.directive]
PROJECT: Final = tomllib.loads((REPOSITORY / "constructs" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALONE: Final = " --dry-run --no-deps --ignore-installed"
"""What is installed already would need no wheel."""


def test_it_names_every_extra_and_the_version() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert rows == set(PROJECT["optional-dependencies"])
    assert f"needs Python {PROJECT['requires-python'].removeprefix('>=')} or later" in text.replace("\n", " ")
    assert set(re.findall(r"twinstack-([\d.]+)-py3", text)) == {PROJECT["version"]}


DELIVERS = {"plan", "deploy", "rollback", "releases", "status", "destroy", "doctor"}
"""They need the extra `deliver`."""


def test_the_commands_that_work_without_extras_are_commands() -> None:
    (row,) = re.findall(r"^\| none \|.*\|(.*) work \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == COMMANDS - {
        "diff",
        "cost",
        "rehearse",
        "control-plane",
        "scan",
        "bindings",
        "bootstrap",
        *DELIVERS,
    }


@pytest.mark.slow
def test_each_way_of_the_page_installs_it(tmp_path: Path, wheels: Wheels) -> None:
    (tmp_path / "constructs").symlink_to(REPOSITORY / "constructs")
    programs = f"{tmp_path / '.venv' / 'bin'}:{Path(sys.executable).parent}:{os.defpath}"
    pip = {"PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_COMPILE": "0"}
    reader = Reader(tmp_path, {"PATH": programs, "PIP_FIND_LINKS": str(wheels.needed), **pip})

    def run(command: str) -> str:
        said = reader.follow(Block(PAGE, 1, "console", f"$ {command} && echo done\n"))
        assert said.splitlines()[-1] == "done", said
        return said

    checkout, wheel, index, shown = BLOCKS
    for line in (line for block in (checkout, wheel) for line in block.text.splitlines() if "activate" not in line):
        run(line)
    assert [*differences(shown.text, reader.follow(shown))] == []
    run("twinstack init shop --organization acme --region eu-central-1 --no-edge")
    shutil.copy(tmp_path / "shop" / "requirements.txt", tmp_path)
    run(index.text.strip() + ALONE)
    (tmp_path / "requirements.txt").write_text(
        f"twinstack @ file://{tmp_path}/wheels/twinstack-{PROJECT['version']}-py3-none-any.whl\n"
    )
    run("pip install --requirement requirements.txt" + ALONE)

"""The code blocks of the README: commands exist, excerpts are excerpts, and what is shown is what is said."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import Block, blocks_of
from docs_generator.transcript import Reader, differences
from tests.docs.checks import DIAGRAMS, REPOSITORY, is_a_command, is_excerpt

README: Final = REPOSITORY / "README.md"
BLOCKS: Final = list(blocks_of(README))
GOLDEN: Final = REPOSITORY / "tests" / "golden"
UNITS: Final = {"B": 1, "KiB": 1024}
OTHER_PROGRAMS: Final = {"cdktf", "cp", "docker", "export", "kubectl", "open", "git", "cd"}
"""What cannot be run here: it needs an account, a cluster or a Docker engine."""
MISTAKES: Final = {
    "flow_log_retention_days: 365": "flow_log_retention_day: 365",
    "multi_az: true": "multi_az: false",
}
"""What has to be wrong in prod.yaml for the README's `twinstack check`."""
SOURCES: Final = {
    "yaml": ["environments/base.yaml"],
    "python": ["stacks/infrastructure.py"],
}


def kind_of(block: Block) -> str:
    first = block.text.splitlines()[0]
    if block.language:
        return block.language
    if first.startswith("$ "):
        return "mistakes" if first.endswith("twinstack check") else "console"
    if first.startswith("file "):
        return "files"
    return "rehearsal" if first.startswith("Terraform rehearsal") else "commands"


def of(*kinds: str) -> list[Block]:
    return [block for block in BLOCKS if kind_of(block) in kinds]


def place(block: Block) -> str:
    return block.place


def test_every_kind_of_block_is_checked_by_a_test_below() -> None:
    checked = {"console", "mistakes", "files", "rehearsal", "commands", "mermaid", *SOURCES}
    assert {kind_of(block) for block in BLOCKS} <= checked
    assert len(BLOCKS) > 5


@pytest.mark.parametrize("block", of(*SOURCES), ids=place)
def test_code_is_an_excerpt_of_the_product(block: Block) -> None:
    is_excerpt(block, SOURCES[block.language])


@pytest.mark.parametrize("block", of("mermaid"), ids=place)
def test_a_diagram_is_one(block: Block) -> None:
    assert block.text.startswith(DIAGRAMS)


@pytest.mark.parametrize("block", of("commands"), ids=place)
def test_a_command_exists(block: Block) -> None:
    for line in re.sub(r"\\\n\s*", " ", block.text).splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] not in OTHER_PROGRAMS:
            is_a_command(block, line)


@pytest.mark.parametrize("block", of("console"), ids=place)
def test_a_command_says_what_is_shown(block: Block) -> None:
    real = Reader(REPOSITORY, {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}).follow(here(block))
    assert list(differences(here(block).text, real)) == []


@pytest.mark.parametrize("block", of("mistakes"), ids=place)
def test_mistakes_get_what_is_shown(block: Block, tmp_path: Path) -> None:
    for folder in ("environments", "stacks"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    layer = tmp_path / "environments" / "prod.yaml"
    text = layer.read_text(encoding="utf-8")
    for right, wrong in MISTAKES.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    layer.write_text(text, encoding="utf-8")
    real = Reader(tmp_path, {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}).follow(here(block))
    assert real.strip() == here(block).text.strip()


def here(block: Block) -> Block:
    """With the command as it is called where the program is on the path."""
    return Block(block.file, block.line, "console", block.text.replace("$ .venv/bin/", "$ "))


@pytest.mark.parametrize("block", of("files"), ids=place)
def test_the_files_that_are_shown_are_made(block: Block) -> None:
    """In the number that is said, and within a tenth of the size."""
    pattern = r"^(?:dist|cdktf\.out/stacks)/analytics-prod/(\S+) +([\d.]+) (B|KiB)$"
    shown = {name: float(size) * UNITS[unit] for name, size, unit in re.findall(pattern, block.text, re.MULTILINE)}
    made = {file.name: file.stat().st_size for file in (GOLDEN / "prod").iterdir()}
    assert shown
    assert {name: size for name, size in shown.items() if abs(made.get(name, 0) - size) > size / 10} == {}
    (number,) = re.findall(r"^(\d+) files in", block.text, re.MULTILINE)
    environments = [file.stem for file in (REPOSITORY / "environments").glob("*.yaml") if file.stem != "base"]
    assert int(number) == 1 + sum(len([*(GOLDEN / name).iterdir()]) for name in environments), "and cdktf's manifest"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
@pytest.mark.parametrize("block", of("rehearsal"), ids=place)
def test_a_rehearsal_says_what_is_shown(block: Block) -> None:
    command = [sys.executable, "-m", "twinstack", "rehearse", "prod", "--only", "terraform"]
    ran = subprocess.run(command, cwd=REPOSITORY, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True)
    said = re.sub(r"\d+\.\d+ s\b|Terraform \d+\.\d+\.\d+", "", ran.stdout)
    shown = re.sub(r"\d+\.\d+ s\b|Terraform \d+\.\d+\.\d+", "", block.text)
    assert [line for line in shown.splitlines() if line.strip() not in said] == []

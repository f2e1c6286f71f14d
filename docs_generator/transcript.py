"""Does what a tutorial says, in a folder of its own, and compares or records what the reader is shown."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from docs_generator.blocks import Block

PROMPT: Final = "$ "
REST: Final = "…"
SAYS_MORE: Final = {"CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"}
"""Variables by which pytest prints more than a reader sees."""
VARIES: Final = (
    (re.compile(r"\d+(\.\d+)? s\b"), "N s"),
    (re.compile(r"\d+\.\d+s\b"), "Ns"),
    (re.compile(r" +\d+(\.\d+)? (B|KiB)$", re.MULTILINE), " N"),
    (re.compile(r"Terraform \d+\.\d+\.\d+"), "Terraform N"),
    (re.compile(r"\([0-9a-f]{10}\)"), "(commit)"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)
"""What is another figure each time, and what stands for it in a comparison."""


@dataclass
class Reader:
    """Somebody who types what the page says."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home

    def follow(self, block: Block) -> str:
        """Does what a block says, and returns it with what is then really shown."""
        if block.directive.startswith("edit "):
            self._edit(block)
        elif block.directive.startswith("file "):
            target = self.folder / block.directive.removeprefix("file ")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            return "".join(self._run(block, command) for command in commands_of(block.text))
        return block.text

    def _run(self, block: Block, command: str) -> str:
        if command.startswith("cd "):
            self.folder = (self.folder / command.removeprefix("cd ")).resolve()
            return f"{PROMPT}{command}\n"
        environment = {name: value for name, value in os.environ.items() if name not in SAYS_MORE}
        environment |= {"COLUMNS": "120", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"} | self.variables
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output = ran.stdout.replace(str(self.home), "~").strip("\n")
        lines = [line.rstrip() for line in output.splitlines()]
        return "\n".join([f"{PROMPT}{command}", *shortened(lines, block.directive)]) + "\n"

    def _edit(self, block: Block) -> None:
        target = self.folder / block.directive.removeprefix("edit ")
        lines = block.text.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        text = target.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{block.place}: {target.name} has these lines {text.count(old)} times:\n{old}")
        target.write_text(text.replace(old, new), encoding="utf-8")


def commands_of(text: str) -> list[str]:
    """The lines behind a prompt, each with the lines that it is continued on."""
    return [
        " ".join(part.rstrip("\\").strip() for part in found.split("\n"))
        for found in re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    ]


def shortened(lines: list[str], directive: str) -> list[str]:
    """The first and last lines, as many as the page wants to show."""
    found = re.fullmatch(r"first (\d+)(?:, last (\d+))?", directive)
    if found is None:
        return lines
    first, last = int(found[1]), int(found[2] or 0)
    if len(lines) <= first + last:
        return lines
    return [*lines[:first], REST, *(lines[-last:] if last else [])]


def differences(shown: str, real: str) -> Iterator[str]:
    """What a page shows and what is real, where they differ in more than figures. `…` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == REST else re.escape(line) + r"\n" for line in _plain(shown).splitlines())
    if re.fullmatch(pattern, _plain(real) + "\n") is None:
        yield f"shown:\n{shown}\nreal:\n{real}"


def _plain(text: str) -> str:
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return re.sub(r"\\\n *", "", text).strip("\n")


def recorded(file: Path, reader: Reader, blocks: list[Block]) -> str:
    """The page with what is really shown in its console blocks."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    edits = []
    for block in blocks:
        if block.directive.startswith("skip,"):
            continue
        real = reader.follow(block)
        if block.language == "console" and [*differences(block.text, real)]:
            edits.append((block, real))
    for block, real in reversed(edits):
        start = block.line - 1
        lines[start : start + len(block.text.splitlines())] = [real]
    return "".join(lines)

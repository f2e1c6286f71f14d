"""A resource type is one folder: outside the library it touches no file of it, inside only the export."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.installed import ROOT

OUTSIDE: Final = ROOT / "examples/acme_queue/acme_queue"
IGNORED: Final = shutil.ignore_patterns("__pycache__", ".*", "imports", "dist", "cdktf.out")
EXPORTS: Final = {
    "    from twinstack.redis.aws import Redis\n": "    from twinstack.queue.aws import Queue\n",
    '    "Redis",\n': '    "Queue",\n',
}
"""The lines of `twinstack.aws` that name the room, each before the one of the next room."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the library that the queue has moved into, beside the product that uses it."""
    library = Path(shutil.copytree(ROOT / "constructs", tmp_path / "constructs", ignore=IGNORED))
    room = Path(shutil.copytree(OUTSIDE, library / "twinstack/queue", ignore=IGNORED))
    product = Path(shutil.copytree(ROOT / "examples/reports", tmp_path / "reports", ignore=IGNORED))
    for file in [*room.glob("*.py"), *product.rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        text = text.replace("from acme_queue.aws import Queue\n", "").replace("        Queue(", "        aws.Queue(")
        file.write_text(text.replace("acme_queue", "twinstack.queue"), encoding="utf-8")
    foundation = library / "twinstack/aws/__init__.py"
    text = foundation.read_text(encoding="utf-8")
    for following, line in EXPORTS.items():
        assert text.count(following) == 1
        text = text.replace(following, line + following)
    foundation.write_text(text, encoding="utf-8")
    return library


def test_a_room_of_the_library_is_a_folder_and_its_export(library: Path) -> None:
    changed = {
        file.relative_to(library).as_posix(): lines for file in sources(library) if (lines := added(file, library))
    }
    assert set(changed) == {"twinstack/aws/__init__.py", *(f"twinstack/queue/{file.name}" for file in sources(OUTSIDE))}
    assert changed["twinstack/aws/__init__.py"] == [*EXPORTS.values()]


def test_it_works_there_as_it_does_outside(library: Path) -> None:
    product = library.parent / "reports"
    assert "no problems" in python(library, "-m", "twinstack", "check", cwd=product)
    python(library, "-m", "twinstack", "synth", "--json", cwd=product)
    document = (product / "cdktf.out/stacks/reports-live/cdk.tf.json").read_text(encoding="utf-8")
    assert document.count('"aws_sqs_queue": {') == 1
    offered = python(library, "-m", "twinstack", "add", "queue", "tasks", "--dry-run", cwd=product)
    assert "aws.Queue(self, environment.tasks)" in offered
    check = "check_resource(QueueSpec, 'twinstack.queue.aws:Queue', example={}, key='jobs')"
    imports = "from twinstack.testing import check_resource; from twinstack.queue import QueueSpec"
    python(library, "-c", f"{imports}; {check}", cwd=product)


def test_the_house_stands_with_one_room_more(library: Path) -> None:
    elsewhere = "not loading_a_product"  # there is no analytics beside the copy
    shown = python(library, "-m", "pytest", "-q", "--tb=short", "-k", elsewhere, "tests/test_architecture.py", cwd=ROOT)
    assert re.search(r"\d+ passed", shown)


def sources(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def added(file: Path, library: Path) -> list[str]:
    """The lines that the library does not have; a line that is gone is an error."""
    original = ROOT / "constructs" / file.relative_to(library)
    before = original.read_bytes().decode("latin-1").splitlines(keepends=True) if original.is_file() else []
    lines = [*difflib.ndiff(before, file.read_bytes().decode("latin-1").splitlines(keepends=True))]
    assert [line for line in lines if line.startswith("- ")] == []
    return [line[2:] for line in lines if line.startswith("+ ")] or ([] if original.is_file() else [""])


def python(library: Path, *arguments: str, cwd: Path) -> str:
    """What a Python says that finds this library before the installed one."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(library), "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout
    return done.stdout

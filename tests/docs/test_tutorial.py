"""The tutorial is done, word for word, in an empty folder with nothing but the wheel, and shows what is really said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import Block, blocks_of
from docs_generator.transcript import Reader, commands_of, differences, shortened
from tests.docs.checks import REPOSITORY
from tests.installed import Installed
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE

TUTORIAL: Final = REPOSITORY / "docs" / "tutorial.md"
NEEDED: Final = ("terraform", "jq")


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"{' and '.join(NEEDED)} are not on the path")
@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no control plane")
def test_it_shows_what_is_really_said(tmp_path: Path, installed: Installed) -> None:
    reader = Reader(tmp_path, {"PATH": f"{installed.programs}:{os.environ['PATH']}"})
    found = []
    for block in blocks_of(TUTORIAL):
        if not block.directive.startswith("skip,"):
            found += differences(block.text, reader.follow(block))
    assert found == [], "record it anew: python -m docs_generator --record"


def test_the_commands_that_it_tells_are_in_order() -> None:
    commands = [
        command for block in blocks_of(TUTORIAL) if block.language == "console" for command in commands_of(block.text)
    ]
    words = [" ".join(command.split()[:2]) for command in commands]
    told = [
        "twinstack init",
        "twinstack check",
        "twinstack add",
        "twinstack synth",
        "twinstack rehearse",
        "twinstack local",
    ]
    assert [words.index(each) for each in told] == sorted(words.index(each) for each in told)


@pytest.mark.parametrize(
    ("shown", "real", "fits"),
    [
        ("$ a\nmade in 1.2 s\n", "$ a\nmade in 3.4 s\n", True),
        ("$ a\nfile   12.0 KiB\n", "$ a\nfile  3 B\n", True),
        ("$ a\none\n…\nfour\n", "$ a\none\ntwo\nthree\nfour\n", True),
        ("$ a\n2 errors\n", "$ a\n3 errors\n", False),
        ("$ a\none\n", "$ a\none\ntwo\n", False),
        ("$ a \\\n    b\none\n", "$ a b\none\n", True),
    ],
)
def test_figures_that_vary_are_no_difference(shown: str, real: str, fits: bool) -> None:
    assert (list(differences(shown, real)) == []) is fits


def test_what_is_left_out_is_marked() -> None:
    lines = ["1", "2", "3", "4"]
    assert shortened(lines, "first 1, last 1") == ["1", "…", "4"]
    assert shortened(lines, "first 4") == lines
    assert shortened(lines, "") == lines


def test_an_edit_that_fits_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("a: 1\na: 1\n")
    with pytest.raises(ValueError, match="2 times"):
        Reader(tmp_path).follow(Block(TUTORIAL, 1, "diff", "-a: 1\n+a: 2\n", "edit base.yaml"))

"""A file goes to one worker, and a worker keeps to its folder while it has files."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from tests.order import LONGEST, place

pytest.importorskip("xdist")
from tests.workers import SHARED, ByFolder, folder_of

ROOT = Path(__file__).parents[1]


def queue(*files: str, **taken: tuple[str, ...]) -> Any:
    """A scheduler before it gives out these files, where workers have begun others."""
    scheduler = object.__new__(ByFolder)
    scheduler.workqueue = OrderedDict((file, {}) for file in files)
    scheduler.assigned_work = {worker: {file: {} for file in begun} for worker, begun in taken.items()}
    return scheduler


def test_a_file_is_one_piece_of_work_whatever_its_tests_are_called() -> None:
    assert queue()._split_scope("tests/a/test_a.py::Of::test_it[x::y]") == "tests/a/test_a.py"


def test_a_file_whose_tests_are_long_is_given_out_test_by_test() -> None:
    assert [file for file in SHARED if not (ROOT / file).is_file()] == []
    file = min(SHARED)
    assert queue()._split_scope(f"{file}::test_it[a/b]") == f"{file}::test_it[a/b]"
    assert folder_of(f"{file}::test_it[a/b]") == file.rpartition("/")[0]


@pytest.mark.parametrize(
    ("files", "taken", "given"),
    [
        (("a/1", "b/1"), {"me": ()}, "a/1"),
        (("a/1", "b/1"), {"me": ("b/0",)}, "b/1"),
        (("a/1", "b/1"), {"me": (), "other": ("a/0",)}, "b/1"),
        (("a/1", "b/1"), {"me": ("c/0",), "other": ("b/9", "a/0")}, "b/1"),
        (("a/1", "a/2"), {"me": ("c/0",), "other": ("a/0",)}, "a/1"),
    ],
)
def test_a_worker_keeps_to_its_folder_and_leaves_the_others_theirs(
    files: tuple[str, ...], taken: dict[str, tuple[str, ...]], given: str
) -> None:
    assert queue(*files, **taken)._next("me") == given


def test_what_takes_longest_is_begun_first() -> None:
    assert [folder for folder in LONGEST if not any(folder.glob("test_*.py"))] == []
    longest = min(LONGEST) / "test_a.py"
    files = {longest.with_name("test_b.py"): False, ROOT / "tests/a/test_a.py": True, longest: True}
    assert sorted(files, key=lambda file: place(file, has_slow=files[file]))[:2] == [
        longest,
        ROOT / "tests/a/test_a.py",
    ]

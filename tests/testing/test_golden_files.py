"""The comparison behind the fixture `golden`: everything at once, and an update that says what it did."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from twinstack.errors import UsageError
from twinstack.testing import Golden

REVIEWED = {"same.txt": "same\n", "changed.txt": "one\ntwo\nthree\n", "gone.txt": "gone\n"}
MADE = {"same.txt": "same\n", "changed.txt": "one\n2\nthree\n", "sub/new.txt": "new\n"}


@pytest.fixture
def test(tmp_path: Path) -> Path:
    """The file of a test, with reviewed files beside it."""
    for name, text in REVIEWED.items():
        file = tmp_path / "golden" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path / "test_it.py"


def golden(test: Path, *, update: bool = False, updated: list[str] | None = None) -> Golden:
    return Golden(test, update=update, updated=[] if updated is None else updated)


def test_what_is_as_reviewed_passes(test: Path) -> None:
    golden(test)("golden", REVIEWED)
    golden(test)(test.parent / "golden", {PurePosixPath(name): text for name, text in REVIEWED.items()})


def test_missing_additional_and_different_files_are_reported_at_once(test: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        golden(test)("golden", MADE)
    assert str(caught.value).splitlines() == [
        "golden is not what was reviewed",
        "  missing (reviewed, but not made): gone.txt",
        "  additional (made, but not reviewed): sub/new.txt",
        "  different: changed.txt",
        "--- reviewed/changed.txt",
        "+++ made/changed.txt",
        "@@ -1,3 +1,3 @@",
        " one",
        "-two",
        "+2",
        " three",
        "  if the change is right: pytest --update-golden, and review it in Git",
    ]


def test_ends_of_lines_count_and_are_said_to_be_what_differs(test: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        golden(test)("golden", {**REVIEWED, "same.txt": "same"})
    assert "same.txt: only the ends of its lines, or its last line's, differ" in str(caught.value)


def test_a_long_difference_is_cut(test: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        golden(test)("golden", {**REVIEWED, "same.txt": "line\n" * 500})
    lines = str(caught.value).splitlines()
    assert len(lines) == 124
    assert lines[-2] == "… and 384 more lines"


def test_a_folder_that_does_not_exist_is_all_additional(test: Path) -> None:
    with pytest.raises(AssertionError, match=r"additional \(made, but not reviewed\): changed.txt, same.txt"):
        golden(test)("elsewhere", {name: REVIEWED[name] for name in ("same.txt", "changed.txt")})


def test_an_update_makes_the_folder_what_is_made_and_says_so(test: Path) -> None:
    updated: list[str] = []
    golden(test, update=True, updated=updated)("golden", MADE)
    folder = test.parent / "golden"
    assert sorted(updated) == [
        f"removed {folder / 'gone.txt'}",
        f"written {folder / 'changed.txt'}",
        f"written {folder / 'sub/new.txt'}",
    ]
    golden(test)("golden", MADE)
    updated.clear()
    golden(test, update=True, updated=updated)("golden", MADE)
    assert updated == []


@pytest.mark.parametrize("folder", [".", ".."])
def test_a_folder_that_holds_the_test_is_refused_and_left_alone(test: Path, folder: str) -> None:
    with pytest.raises(UsageError, match="holds the test itself"):
        golden(test, update=True)(folder, MADE)
    assert (test.parent / "golden" / "gone.txt").exists()


@pytest.mark.parametrize("update", [False, True])
def test_nothing_made_is_refused(test: Path, update: bool) -> None:
    with pytest.raises(UsageError, match="nothing is made for golden"):
        golden(test, update=update)("golden", {})
    assert (test.parent / "golden" / "gone.txt").exists()

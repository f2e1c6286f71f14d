"""Files are written all together, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twinstack.cli.files import in_the_way, put_files
from twinstack.errors import UsageError


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_is_made_with_all_above_it(tmp_path: Path) -> None:
    put_files({tmp_path / "a/b/x/y.txt": "one\n", tmp_path / "a/b/z.txt": "two\n"}, tmp_path)
    assert held(tmp_path) == {"a/b/x/y.txt": "one\n", "a/b/z.txt": "two\n"}


def test_where_one_file_cannot_be_written_none_is_and_no_folder_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"/a cannot be written: it is a folder: nothing was written$"):
        put_files({tmp_path / "new/folder/a/b.txt": "one\n", tmp_path / "new/folder/a": "two\n"}, tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_files_are_replaced_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("1\n")
    two.write_text("2\n")
    one.chmod(0o640)
    put_files({one: "first\r\n", two: "second\n"}, tmp_path)
    assert (one.read_bytes(), two.read_bytes()) == (b"first\r\n", b"second\n")
    assert one.stat().st_mode & 0o777 == 0o640
    assert sorted(held(tmp_path)) == ["one.txt", "two.txt"]


def test_where_a_replacement_fails_what_was_replaced_is_put_back(tmp_path: Path) -> None:
    one, two, file = tmp_path / "one.txt", tmp_path / "new/two.txt", tmp_path / "new/file"
    one.write_text("1\n")
    one.chmod(0o640)
    with pytest.raises(UsageError, match=r"new/file cannot be written: Is a directory: nothing was written$"):
        put_files(
            {one: "first\n", two: "second\n", file: "third\n", file / "below.txt": "a folder, once it is staged\n"},
            tmp_path,
        )
    assert held(tmp_path) == {"one.txt": "1\n"}
    assert one.stat().st_mode & 0o777 == 0o640
    assert not two.parent.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_in_a_folder_that_is_read_only_nothing_is_written_anywhere(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(UsageError, match=r"closed/two\.txt cannot be written: Permission denied: nothing was written$"):
        put_files({tmp_path / "one.txt": "1\n", tmp_path / "closed/two.txt": "2\n"}, tmp_path)
    assert held(tmp_path) == {}


def test_a_folder_in_the_place_of_the_last_file_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("1\n")
    two.mkdir()
    with pytest.raises(UsageError, match=r"two\.txt cannot be written: it is a folder: nothing was written$"):
        put_files({one: "first\n", two: "second\n", tmp_path / "new/three.txt": "third\n"}, tmp_path)
    assert held(tmp_path) == {"one.txt": "1\n"}
    assert not (tmp_path / "new").exists()


def test_a_repository_and_a_virtual_environment_are_in_nobodys_way(tmp_path: Path) -> None:
    for name in (".git", ".venv", "b.txt", "a.txt"):
        (tmp_path / name).mkdir()
    assert in_the_way(tmp_path) == ["a.txt", "b.txt"]
    assert in_the_way(tmp_path / "nowhere") == ()

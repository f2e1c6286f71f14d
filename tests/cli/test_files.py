"""Files are written all together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.cli.files import in_the_way, put_files, write_folder
from twinstack.errors import UsageError


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_is_made_with_all_above_it(tmp_path: Path) -> None:
    write_folder(tmp_path / "a/b", {"x/y.txt": "one\n", "z.txt": "two\n"})
    assert held(tmp_path) == {"a/b/x/y.txt": "one\n", "a/b/z.txt": "two\n"}


def test_where_one_file_cannot_be_written_none_is_and_no_folder_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"/a cannot be written: Is a directory"):
        write_folder(tmp_path / "new/folder", {"a/b.txt": "one\n", "a": "two\n"})
    assert [*tmp_path.iterdir()] == []


def test_what_is_there_meanwhile_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/mine.txt").write_text("mine\n")
    with pytest.raises(UsageError, match="/m cannot be written: File exists"):
        write_folder(tmp_path, {"a.txt": "one\n", "m/b.txt": "two\n"})
    assert held(tmp_path) == {"m/mine.txt": "mine\n"}


def test_files_are_replaced_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("1\n")
    two.write_text("2\n")
    one.chmod(0o640)
    put_files({one: "first\r\n", two: "second\n"})
    assert (one.read_bytes(), two.read_bytes()) == (b"first\r\n", b"second\n")
    assert one.stat().st_mode & 0o777 == 0o640
    assert sorted(held(tmp_path)) == ["one.txt", "two.txt"]


def test_where_one_cannot_be_replaced_none_is(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("1\n")
    two.write_text("2\n")
    (tmp_path / ".two.txt.new").mkdir()
    with pytest.raises(UsageError, match=r"\.two\.txt\.new cannot be written: Is a directory"):
        put_files({one: "first\n", two: "second\n"})
    assert held(tmp_path) == {"one.txt": "1\n", "two.txt": "2\n"}


def test_a_new_file_gets_the_folders_it_stands_in(tmp_path: Path) -> None:
    put_files({tmp_path / "a/b/c.txt": "new\n"})
    assert (tmp_path / "a/b/c.txt").read_text() == "new\n"


def test_a_folder_in_the_place_of_the_last_file_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("1\n")
    two.mkdir()
    with pytest.raises(UsageError, match=r"two\.txt cannot be written: it is a folder"):
        put_files({one: "first\n", two: "second\n", tmp_path / "new/three.txt": "third\n"})
    assert held(tmp_path) == {"one.txt": "1\n"}
    assert not (tmp_path / "new").exists()


def test_a_repository_and_a_virtual_environment_are_in_nobodys_way(tmp_path: Path) -> None:
    for name in (".git", ".venv", "b.txt", "a.txt"):
        (tmp_path / name).mkdir()
    assert in_the_way(tmp_path) == ["a.txt", "b.txt"]
    assert in_the_way(tmp_path / "nowhere") == ()

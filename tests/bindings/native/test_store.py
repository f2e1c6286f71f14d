"""The tables of the classes: built once, by whoever is first, and never a reason to fail."""

from __future__ import annotations

import errno
import gzip
import io
import json
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from twinstack.bindings.native.tables import build as builder
from twinstack.bindings.native.tables import store
from twinstack.errors import BindingsError


def archive(file: Path, members: dict[str, str]) -> Path:
    with tarfile.open(file, "w:gz") as packed:
        for name, text in members.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return file


def assembly(types: dict[str, Any]) -> str:
    return json.dumps({"name": "x", "types": types, "version": "1"}, indent=2)


CLASS = {"kind": "class", "name": "Construct", "methods": [{"name": "toString"}], "properties": [{"name": "node"}]}


@pytest.fixture
def archives(tmp_path: Path) -> dict[str, Path]:
    types = {"constructs.Construct": CLASS, "constructs.Other": {**CLASS, "name": "Other"}}
    return {"constructs": archive(tmp_path / "constructs.tgz", {".jsii": assembly(types), "lib/index.js": ""})}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "twinstack"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one for each build."""
    counted: list[str] = []
    original = builder.build

    def build(archives: dict[str, Path]) -> dict[str, bytes]:
        counted.append("built")
        return original(archives)

    monkeypatch.setattr(builder, "build", build)
    return counted


def members_of(found: store.Tables) -> Any:
    return found.module("constructs")["Construct"]


EXPECTED = ["class", ["node", "to_string"]]


def test_they_are_built_once_and_kept(archives: dict[str, Path], cache: Path, builds: list[str]) -> None:
    assert members_of(store.tables(archives)) == members_of(store.tables(archives)) == EXPECTED
    assert builds == ["built"]
    assert [file.suffix for file in sorted(cache.iterdir())] == [".json", ".lock"]


def test_other_wheels_have_tables_of_their_own(archives: dict[str, Path], cache: Path, builds: list[str]) -> None:
    store.tables(archives)
    archive(archives["constructs"], {".jsii": assembly({"constructs.Construct": CLASS}), "more": "x" * 999})
    store.tables(archives)
    assert builds == ["built", "built"]
    assert len([*cache.glob("*.json")]) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[{},5]\n", b'[{"constructs":[0,9]},9]\n123'])
def test_a_damaged_file_is_built_anew(
    archives: dict[str, Path], cache: Path, builds: list[str], content: bytes
) -> None:
    store.tables(archives)
    (file,) = cache.glob("*.json")
    file.write_bytes(content)
    assert members_of(store.tables(archives)) == EXPECTED
    assert members_of(store.tables(archives)) == EXPECTED
    assert builds == ["built", "built"]


def test_two_at_once_build_once(archives: dict[str, Path], cache: Path, builds: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(store.tables, [archives] * 4)]
    assert [members_of(one) for one in found] == [EXPECTED] * 4
    assert builds == ["built"]


def test_a_cache_that_cannot_be_made_costs_a_build_each_time(
    archives: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builds: list[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert members_of(store.tables(archives)) == members_of(store.tables(archives)) == EXPECTED
    assert builds == ["built", "built"]


def test_a_user_without_a_home_needs_none(archives: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    assert members_of(store.tables(archives)) == EXPECTED


def test_a_full_disk_leaves_nothing_behind(
    archives: dict[str, Path], cache: Path, monkeypatch: pytest.MonkeyPatch, builds: list[str]
) -> None:
    def full(target: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(store, "replace_file", full)
    assert members_of(store.tables(archives)) == EXPECTED
    assert [*cache.glob("*.json")] == []
    assert builds == ["built"]


@pytest.mark.parametrize(
    "members", [{"lib/index.js": ""}, {".jsii": "{}"}, {".jsii": assembly({"constructs.Construct": CLASS})[:200]}]
)
def test_an_archive_that_is_not_as_expected_is_said(tmp_path: Path, cache: Path, members: dict[str, str]) -> None:
    with pytest.raises(BindingsError, match="constructs cannot be read"):
        store.tables({"constructs": archive(tmp_path / "constructs.tgz", members)})


def test_a_file_that_is_no_archive_is_said(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "constructs.tgz").write_bytes(gzip.compress(b"no archive"))
    with pytest.raises(BindingsError, match="install it again"):
        store.tables({"constructs": tmp_path / "constructs.tgz"})


def test_an_assembly_that_is_packed_once_more_is_read(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "constructs.tgz"
    with tarfile.open(file, "w:gz") as packed:
        content = gzip.compress(assembly({"constructs.Construct": CLASS}).encode())
        entry = tarfile.TarInfo("package/.jsii.gz")
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    assert members_of(store.tables({"constructs": file})) == EXPECTED

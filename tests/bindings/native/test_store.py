"""The tables of the classes: what the library ships is what the wheels give, and each is read by itself."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from classes_generator.__main__ import main
from classes_generator.build import build
from classes_generator.pack import pack
from twinstack.bindings.native.tables.store import Tables, tables
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
EXPECTED = {"Construct": ["class", ["node", "to_string"]]}


def test_what_is_shipped_is_what_the_installed_wheels_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0, capsys.readouterr().err


def test_each_table_is_read_as_it_was_packed(tmp_path: Path) -> None:
    made = {f"module_{number}": json.dumps({f"C{number}": ["class", ["x" * number]]}).encode() for number in range(500)}
    for name, part in (("one", range(250)), ("two", range(250, 500))):
        (tmp_path / name).write_bytes(pack({f"module_{number}": made[f"module_{number}"] for number in part}))
    found = Tables(tmp_path / "one", tmp_path / "two")
    assert {name: found.text(name) for name in found} == made
    assert "module_7" in found
    assert "module_500" not in found


def test_all_is_one_megabyte_and_the_start_reads_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tables, "text", None)
    found = tables()
    assert len([*found]) > 2200
    assert sum(file.stat().st_size for file in {found._where[name][0] for name in found}) < 2**20


@pytest.mark.parametrize(
    "members", [{"lib/index.js": ""}, {".jsii": "{}"}, {".jsii": assembly({"constructs.Construct": CLASS})[:200]}]
)
def test_an_archive_that_is_not_as_expected_is_said(tmp_path: Path, members: dict[str, str]) -> None:
    with pytest.raises(BindingsError, match="constructs cannot be read"):
        build({"constructs": archive(tmp_path / "constructs.tgz", members)})


def test_a_file_that_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "constructs.tgz").write_bytes(gzip.compress(b"no archive"))
    with pytest.raises(BindingsError, match="install it again"):
        build({"constructs": tmp_path / "constructs.tgz"})


def test_an_assembly_that_is_packed_once_more_is_read(tmp_path: Path) -> None:
    file = tmp_path / "constructs.tgz"
    with tarfile.open(file, "w:gz") as packed:
        content = gzip.compress(assembly({"constructs.Construct": CLASS}).encode())
        entry = tarfile.TarInfo("package/.jsii.gz")
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    assert json.loads(build({"constructs": file})["constructs"]) == EXPECTED

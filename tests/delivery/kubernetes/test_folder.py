"""A folder of manifests is read whole, or all that is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.delivery.folder import read_manifests
from twinstack.errors import ConfigurationError, UsageError

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: here}\n"


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        read_manifests(folder)
    return [
        f"{one.code} {Path(one.location.file).name}:{one.location.line} {one.given}" if one.location else ""
        for one in raised.value.problems
    ]


def test_files_are_read_by_name_and_documents_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(GOOD.replace("one", "three"))
    (tmp_path / "a.yaml").write_text(f"---\n# nothing\n---\n{GOOD}---\n{GOOD.replace('one', 'two')}")
    (tmp_path / "notes.txt").write_text("[")
    found = read_manifests(tmp_path)
    assert [one.name for one in found] == ["one", "two", "three"]
    assert found[1].file == f"{tmp_path / 'a.yaml'}:8"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "TW940 a.yaml:2 did not find expected node content"),
        (f"{GOOD}data:\n  a: 1\n  a: 2\n", "TW940 a.yaml:6 the key 'a' is given twice"),
        ("- 1\n", "TW940 a.yaml:1 no apiVersion and no kind and no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n", "TW940 a.yaml:1 no metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n", "TW942 a.yaml:1 "),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: one, namespace: x}\n", "TW942 a.yaml:1 x"),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: !!python/name:os.x }\n",
            "TW940 a.yaml:3 could not determine",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    (found,) = problems(tmp_path)
    assert found.startswith(said)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{GOOD}---\n{GOOD}---\nkind: x\n")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\xff")
    assert [one.split()[0] for one in problems(tmp_path)] == ["TW941", "TW940", "TW940"]


def test_a_merged_key_is_not_given_twice(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{GOOD}data:\n  <<: {{a: '1'}}\n  a: '2'\n")
    assert read_manifests(tmp_path)[0].data["data"] == {"a": "2"}


def test_no_folder_and_no_manifest_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder of manifests"):
        read_manifests(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="holds no manifest"):
        read_manifests(tmp_path)

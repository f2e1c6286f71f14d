"""Files that no product can be drafted from: each says where, what, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.errors import ConfigurationError
from twinstack.starting.reading.source import read_source

WEB = "services:\n  web: {image: 'acme/web:1', ports: ['80:8000']%s}\n"


def refused(folder: Path, text: str | bytes) -> list[tuple[str, str, int]]:
    file = folder / "compose.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        read_source(file, "shop")
    for one in caught.value.problems:
        assert one.message
        assert one.allowed
        assert one.fix
        assert one.location is not None
        assert one.location.file == str(file)
    return [(one.code, one.path, one.location.line if one.location else 0) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("TW782", "", 1)]),
        ("services: {}\n", [("TW782", "", 1)]),
        ("kind: Deployment\nspec: {}\n", [("TW782", "", 1)]),
        ("services: {db: {image: 'postgres:16'}}\n", [("TW782", "", 1)]),
        (WEB % ", command: 'echo $'", [("TW783", "services.web.command", 2)]),
        (WEB % ", environment: {A: '${B', C: '$ '}", [("TW783", "services.web.environment.A", 2), ("TW783", "services.web.environment.C", 2)]),
        (WEB % ", extends: {service: base, file: other.yaml}", [("TW784", "services.web.extends", 2)]),
        (WEB % ", extends: nobody", [("TW784", "services.web.extends", 2)]),
        ("services:\n  a: {image: a, extends: b}\n  b: {extends: a}\n", [("TW784", "services.a.extends", 2), ("TW784", "services.b.extends", 3)]),
        (WEB % ", command: 'echo \"'", [("TW785", "services.web.command", 2)]),
        (WEB % "" + "  worker: 3\n", [("TW785", "services.worker", 3)]),
        ("services: [web]\n", [("TW782", "", 1)]),
        ("- a\n", [("TW101", "", 1)]),
        ("a: {<<: 3}\n", [("TW101", "", 1)]),
        ("a: &a {<<: *a}\n", [("TW101", "", 1)]),
        ("a: !reset null\n", [("TW101", "a", 1)]),
        ("a: {\n", [("TW101", "", 2)]),
        (b"a: \xff\n", [("TW101", "", 1)]),
        ("[" * 100, [("TW101", "", 1)]),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_drafted_from_is_refused(
    tmp_path: Path, text: str | bytes, expected: list[tuple[str, str, int]]
) -> None:
    found = refused(tmp_path, text)
    assert sorted(dict.fromkeys(found)) == sorted(expected)


def test_aliases_of_aliases_are_bounded(tmp_path: Path) -> None:
    lines = ["x0: &x0 {a: 1, b: 2}", *(f"x{n}: &x{n} {{l: *x{n - 1}, r: *x{n - 1}}}" for n in range(1, 40))]
    assert refused(tmp_path, "\n".join(lines))[0][0] == "TW101"
    merges = ["x0: &x0 {a0: 1}", *(f"x{n}: &x{n} {{<<: [*x{n - 1}, *x{n - 1}], a{n}: 1}}" for n in range(1, 40))]
    assert refused(tmp_path, "\n".join(merges))[0][0] == "TW101"


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"#" * (1 << 20) + b"\n")[0][0] == "TW111"
    with pytest.raises(ConfigurationError, match="TW101"):
        read_source(tmp_path / "nothing.yaml", "shop")


def test_an_env_file_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "app.env").write_bytes(b"A=\xff\n")
    file = tmp_path / "compose.yaml"
    file.write_text(WEB % ", env_file: app.env", encoding="utf-8")
    assert [one.reason for one in read_source(file, "shop").left_out] == [
        "it cannot be read (no text in UTF-8), so its variables are not known"
    ]

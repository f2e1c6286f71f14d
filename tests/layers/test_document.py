"""How one file is read: its data, the line of every value, and what YAML itself would let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.errors import Location, Problem
from twinstack.layers.document import DEEPEST, MOST_VALUES, dotted, parse, parse_value, read

FILE = "environments/prod.yaml"


def broken(message: str, line: int, given: str, allowed: str, fix: str, path: str = "") -> list[Problem]:
    return [Problem("TW101", message, path, Location(FILE, line), given, allowed, fix)]


def test_data_and_lines() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: true}\n", FILE)
    assert document.data == {"a": 1, "b": ["x", {"c": True}]}
    assert {dotted(path): place.line for path, place in document.locations.items()} == {
        "": 1, "a": 1, "b": 2, "b[0]": 3, "b[1]": 4, "b[1].c": 4,
    }  # fmt: skip
    assert document.problems == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("03:30", "03:30"),
        ("2026-01-01", "2026-01-01"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("true", True),
        ("~", None),
        ("", None),
        ("-7", -7),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("!!int '7'", 7),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    read_value = parse(f"a: {text}", FILE).data["a"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_numbers_remember_how_they_were_written() -> None:
    assert parse("version: 1.10\naccount: 0123", FILE).texts == {("version",): "1.10", ("account",): "0123"}


@pytest.mark.parametrize(
    ("text", "line", "given"),
    [
        ("a: b: c", 1, "a colon where none can stand"),
        ("a:\n  b: 1\n   c: 2", 3, "a colon where none can stand"),
        (
            "a:\n   b: 1\n  c: 2",
            3,
            "a line that belongs to nothing above it, or text behind a closing quote or bracket",
        ),
        (" a: 1\nb: 2", 2, "a line that begins further to the left than the first"),
        ("a: 1\nb\nc: 2", 2, "a line without a colon"),
        ("a: 1\n\tb: 2", 2, "a tab"),
        ("a:\n\tb: 2", 2, "a tab"),
        ("a: 1\nb: [1\nc: 2\n", 2, "a `[` that is not closed"),
        ("a: 1\nb: {c: 1\nd: 2\n", 2, "a `{` that is not closed"),
        ("a: [\n", 2, "a `[` that is not closed"),
        ("a: 1]\nb: ]", 2, "`]` where a value has to stand"),
        ('a: "1\nb: 2\n', 1, 'a `"` that is not closed'),
        ("a: *b", 1, "a `*name` without its `&name`"),
        ("a: \x00", 1, "control characters are not allowed"),
        ("a: 1\n---\nb: 2", 2, "a second document, after `---`"),
        ("a: %b", 1, "a value that begins with `%`"),
    ],
)
def test_text_that_is_not_yaml_is_one_problem_with_its_line(text: str, line: int, given: str) -> None:
    document = parse(text, FILE)
    assert document.is_broken
    assert document.data == {}
    (problem,) = document.problems
    assert (problem.code, problem.message, problem.location) == ("TW101", "the file is not YAML", Location(FILE, line))
    assert problem.given == given
    assert problem.allowed
    assert problem.fix


@pytest.mark.parametrize(("text", "given"), [("- a", "a list"), ("hello", "a single value"), ("&a [*a]", "a list")])
def test_a_file_must_hold_a_mapping(text: str, given: str) -> None:
    document = parse(text, FILE)
    assert document.is_broken
    assert document.problems == broken("the file holds no mapping", 1, given, "`key: value` lines", "name each value")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_says_nothing(text: str) -> None:
    document = parse(text, FILE)
    assert (document.data, document.problems, document.is_broken) == ({}, [], False)


def test_a_key_that_stands_twice_is_refused_with_the_line_of_the_first() -> None:
    document = parse("a:\n  b: 1\n  c: 2\n  b: 3\n", FILE)
    assert document.problems == [
        Problem(
            "TW102",
            "the key stands twice",
            "a.b",
            Location(FILE, 4),
            "b",
            "each key once",
            "keep one; the first is in line 2",
        )
    ]
    assert document.data == {"a": {"b": 1, "c": 2}}


@pytest.mark.parametrize(
    ("text", "given"),
    [("1: x", "1"), ("true: x", "true"), ("~: x", "~"), ("? \n: x", "nothing"), ("? [a]\n: x", "a mapping or a list")],
)
def test_a_key_must_be_text(text: str, given: str) -> None:
    assert parse(text, FILE).problems == broken(
        "a key that is no text", 1, given, "a word, or anything in quotes", "quote it"
    )


def test_merge_keys_are_refused_where_layers_merge() -> None:
    document = parse("a: &a {b: 1}\nc:\n  <<: *a\n", FILE)
    assert document.problems == broken(
        "a merge key", 3, "<<", "values written out", "let the layers do the merging", path="c"
    )
    assert document.data == {"a": {"b": 1}, "c": {}}


def test_aliases_stand_for_what_they_name() -> None:
    document = parse("a: &a {b: 1}\nc: *a\n", FILE)
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.problems == []


def test_an_alias_inside_what_it_stands_for_is_refused() -> None:
    problems = parse("a: &a\n  b: *a\n", FILE).problems
    assert [(each.message, each.path) for each in problems] == [("an alias inside what it stands for", "a.b")]


def test_aliases_that_multiply_are_cut_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    problems = parse("\n".join(lines), FILE).problems
    assert [(each.message, each.allowed) for each in problems] == [("too many values", f"at most {MOST_VALUES}")]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_that_would_end_the_process_is_refused(opening: str) -> None:
    document = parse(opening * 60_000, FILE)
    assert document.problems == broken("nested too deeply", 1, "", f"at most {DEEPEST} levels", "write it flatter")


@pytest.mark.parametrize(
    ("text", "given", "allowed"),
    [
        ("a: !vault x", "!vault x", "a plain value, without a tag"),
        ("a: !!int x", "tag:yaml.org,2002:int x", "a value that is what its tag says (int)"),
        ("a: !!bool maybe", "tag:yaml.org,2002:bool maybe", "a value that is what its tag says (bool)"),
        (
            f"a: {'9' * 31}",
            f"tag:yaml.org,2002:int {'9' * 31}",
            "a number of at most 30 digits; in quotes, if it is text",
        ),
    ],
)
def test_a_value_that_is_not_what_it_says_is_refused(text: str, given: str, allowed: str) -> None:
    document = parse(text, FILE)
    assert document.problems == broken("a value that cannot be read", 1, given, allowed, "correct or quote it", "a")
    assert document.data == {"a": None}


def test_a_tag_on_a_mapping_is_refused() -> None:
    assert parse("a: !!set {x}", FILE).problems == broken(
        "a tag that is not read here", 1, "tag:yaml.org,2002:set", "a plain mapping or list", "remove the tag", "a"
    )


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_bytes(b"\xef\xbb\xbfaccount: x\n")
    assert read(file, FILE).data == {"account": "x"}


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_bytes(b"a: x\r\nb: y\r\n")
    document = read(file, FILE)
    assert document.data == {"a": "x", "b": "y"}
    assert document.locations[("b",)].line == 2


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_bytes("a: 1\nb: Zürich\n".encode("latin-1"))
    document = read(file, FILE)
    assert document.is_broken
    assert document.problems == broken(
        "the file is not text", 2, "a byte that is no UTF-8, 0xfc", "text in UTF-8", "save the file as UTF-8"
    )


def test_a_directory_is_refused(tmp_path: Path) -> None:
    document = read(tmp_path, FILE)
    assert document.is_broken
    assert document.problems == broken(
        "the file cannot be read",
        0,
        "a directory",
        "a readable file",
        "look at what stands there, and at its permissions",
    )


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    (problem,) = read(tmp_path / "prod.yaml", FILE).problems
    assert (problem.message, problem.given) == ("the file cannot be read", "No such file or directory")


def test_a_piece_of_yaml_is_a_value() -> None:
    assert parse_value("{min: 1, max: 2}", ("web", "scale"), "--set") == ({"min": 1, "max": 2}, [])
    assert parse_value("", ("suffix",), "--set") == (None, [])
    assert parse_value('"1.10"', ("version",), "--set") == ("1.10", [])


def test_a_broken_piece_of_yaml_is_a_problem_at_its_path() -> None:
    (problem,) = parse_value("[1", ("web", "scale"), "--set")[1]
    assert (problem.code, problem.path, problem.location) == ("TW101", "web.scale", Location("--set"))


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert dotted(("backend", "uses", 0, "exports")) == "backend.uses[0].exports"

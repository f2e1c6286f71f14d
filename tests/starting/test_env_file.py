"""An `env_file` says to a draft what it says to Compose, or nothing with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.checkers import needs_compose
from tests.starting.compose import given_by_compose
from twinstack.starting.reading.env_file import entries, raw_entries
from twinstack.starting.reading.interpolation import Text

FORMS = (
    "a=x", "export a=x", "a = x  y   # c", "a: x", " a=x", "a=", "a", "export a", "exporta=x", "lower.and-more[0]=x", "1a=x",
    "a=x#c", "a= # c", "a=#c", "a=x\t#c", "a=tab\tin", "a=é", "a=\xa0x", "a=x;b=y", "a=`x`", "a==\"y\"", "a=x\r\nb=y", "a=x\na=y",
    "a=un\\nquoted\\\\x", "a=x'y", "a=x\"y", 'a=x"y"z', 'a={"j":"$A"}',
    "a='x'", "a=  'x'  ", "a='x'#c", "a='x' # c", "a='x\ny'", "a='s \\n ${A}'", "a=' x '", "a='#x'", "a='\"'", "a='C:\\dir'",
    'a="x"', 'a = "x"', 'a="x" # c', 'a="x\n#y\nz"', 'a="  x  "', "a=\"'\"", 'a="\\n \\r \\t \\\\ \\" \\$A"', 'a="C:\\dir"',
    'a="\\u0041"', 'a="\\\\n"', 'a="\\$$A"', 'a="\\\n"', 'a="é\\é"', 'a="$A ${A}"',
    "a=$A-x", "a=${A}/path", "a=x\\$A", "a=\\\\$A", "a=$$A", 'a="$$A"', "a=$$$A", "a=$$$$", "a=$", 'a="$"', "a=5$", "a=$1",
    "a=$(x)", "a=${NO:-def}", "a=${NO-def}", "a=${NO:-a b}", "a=${NO:-${A}}", "a=${NO:-'q'}", "a=${A:-def}", "a=${A-def}",
    "a=${A:?no}", "a=${A:+y}", "a=${A+y}", "E=\na=${E:-def}", "E=\na=${E-def}", "E=\na=${E:+y}", "E=\na=${E+y}", "E=\na=${E?no}",
)  # fmt: skip
UNSURE = (
    'a="x" y',
    'a="\\a\\b\\f\\v\\0101"',
    "a='x\\'y'",
    "a=${A",
    "a='x' 'y'",
    'a="x"\\',
    'a="b\\"',
    "E=\na=${E:?no}",
)
WRONG = ("a/b=x", "a b=x", "?")


def of_draft(text: str) -> dict[str, Text | None]:
    return {one.name: one.text for one in entries(text) if not one.reason}


@needs_compose
def test_each_form_says_what_compose_reads(tmp_path: Path) -> None:
    compose = "services:\n"
    for index, form in enumerate(FORMS):
        (tmp_path / f"{index}.env").write_bytes(f"A=plain\n{form}\n".encode())
        compose += f"  s{index}: {{image: x, env_file: {index}.env}}\n"
    found = given_by_compose(tmp_path, compose)
    assert found is not None
    for index, form in enumerate(FORMS):
        drafted = {name: text.text for name, text in of_draft(f"A=plain\n{form}\n").items() if text is not None}
        assert (form, drafted) == (form, found[f"s{index}"])


@pytest.mark.parametrize("form", UNSURE)
def test_what_is_not_certain_has_a_reason_and_no_text(form: str) -> None:
    found = {one.name: one for one in entries(f"A=plain\n{form}\nz=last\n")}
    assert found["a"].text is None and found["a"].reason
    assert found["z"].text == Text("last")


@pytest.mark.parametrize("form", WRONG)
def test_a_line_that_compose_does_not_take_is_named(form: str) -> None:
    with pytest.raises(ValueError, match="line 2 is no `NAME=value`"):
        list(entries(f"A=plain\n{form}\n"))


def test_what_only_a_machine_knows_stays_unknown() -> None:
    assert of_draft("a=$HOME/x\nb=${a}y\nc=${NO:?no}\nd=${NO:+y}\ne") == {
        "a": Text("${HOME}/x", ("HOME",)),
        "b": Text("${HOME}/xy", ("HOME",)),
        "c": Text("${NO}", ("NO",)),
        "d": Text("${NO}", ("NO",)),
        "e": None,
    }


@needs_compose
def test_a_raw_file_is_read_as_it_stands(tmp_path: Path) -> None:
    text = "# c\nA=$B 'x' # y\nB=\"q\"\nC\nD=\n"
    (tmp_path / "raw.env").write_text(text)
    found = given_by_compose(tmp_path, "services: {a: {image: x, env_file: [{path: raw.env, format: raw}]}}\n")
    assert found == {"a": {one.name: one.text.text for one in raw_entries(text) if one.text}}


TEXTS = st.text(st.sampled_from(" \t#'\"\\$={}:-abAé\n"), max_size=12)
VALUES = st.one_of(
    TEXTS.map(lambda text: text.replace("\n", "")),
    TEXTS.filter(lambda text: "'" not in text and not text.endswith("\\")).map(lambda text: f"'{text}'"),
    TEXTS.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'),
)


@needs_compose
@settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(VALUES, min_size=30, max_size=80))
def test_any_file_says_what_compose_reads(tmp_path: Path, values: list[str]) -> None:
    """Of what Compose does not take at all, nothing is said here."""
    compose, drafted = "services:\n", {}
    for index, value in enumerate(values):
        text = f"A=plain\nvalue={value}\n"
        (tmp_path / f"{index}.env").write_text(text)
        try:
            drafted[index] = {name: one.text for name, one in of_draft(text).items() if one and one.is_known}
        except ValueError:
            continue
        if "value" in drafted[index]:
            compose += f"  s{index}: {{image: x, env_file: {index}.env}}\n"
    found = given_by_compose(tmp_path, compose) if "image" in compose else None
    for name, variables in (found or {}).items():
        assert (values[int(name[1:])], variables) == (values[int(name[1:])], drafted[int(name[1:])])

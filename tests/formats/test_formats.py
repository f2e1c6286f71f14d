"""What other tools read is what their own schemas say, and text of anybody stays text in it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator
from markdown_it import MarkdownIt

from twinstack.errors import Location
from twinstack.formats.junit import junit
from twinstack.formats.markdown import code, html, plain
from twinstack.formats.row import Level, Row
from twinstack.formats.sarif import MOST_RESULTS, sarif

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
"""As the npm package @microsoft/jest-sarif has it (MIT), without its descriptions."""
OTHERWISE = Location("environments/prod.yaml", 1)
ROWS = [
    Row(
        "replaces", "what stands goes", Level.ERROR, "aws_db_instance.database", "engine becomes mysql",
        Location("environments/prod.yaml", 14), [(Location("environments/base.yaml", 3), "engine")], "database",
    ),
    Row("safe", "nobody notices", Level.NOTE, "Deployment shop/web", "labels become others", group="web"),
]  # fmt: skip
HOSTILE = "a|b `c` <img src=x> [x](https://evil.example) @everyone #12 \x1b[31m\u202e ]]> & www.evil.example\n## head"


def read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    Draft4Validator(SCHEMA).validate(document)
    return document


def test_sarif_is_as_its_schema_says_and_stands_at_the_line() -> None:
    (run,) = read(sarif(ROWS, category="twinstack/diff/prod", otherwise=OTHERWISE, prefix="services/shop"))["runs"]
    first, second = run["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "services/shop/environments/prod.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 14},
    }
    assert first["relatedLocations"][0]["message"] == {"text": "engine"}
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == ["replaces", "safe"]


def test_a_schema_that_holds_refuses_what_is_no_sarif() -> None:
    document = read(sarif(ROWS, category="x", otherwise=OTHERWISE))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SCHEMA).is_valid(document)


def test_sarif_of_nothing_and_of_very_much() -> None:
    assert read(sarif([], category="x", otherwise=OTHERWISE))["runs"][0]["results"] == []
    many = json.loads(sarif([ROWS[0]] * (MOST_RESULTS + 1), category="x", otherwise=OTHERWISE))
    assert len(many["runs"][0]["results"]) == MOST_RESULTS


def test_a_result_is_found_again_where_its_line_has_moved() -> None:
    moved = Row(**{name: getattr(ROWS[0], name) for name in Row.__slots__} | {"location": Location("other.yaml", 2)})
    marks = [
        read(sarif([row], category="x", otherwise=OTHERWISE))["runs"][0]["results"][0]["partialFingerprints"]
        for row in (ROWS[0], moved, ROWS[1])
    ]
    assert marks[0] == marks[1] != marks[2]


def test_junit_fails_what_is_an_error() -> None:
    root = ElementTree.fromstring(junit(ROWS, suite="twinstack diff prod"))
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    first, second = root.iter("testcase")
    assert first.attrib["file"] == "environments/prod.yaml"
    assert first.find("failure") is not None
    assert second.find("failure") is None
    assert second.findtext("system-out") == "note: nobody notices: labels become others"


def test_junit_of_nothing_is_one_test_that_passed() -> None:
    root = ElementTree.fromstring(junit([], suite="twinstack diff prod"))
    assert (root.attrib["tests"], root.attrib["failures"]) == ("1", "0")
    assert [case.attrib["name"] for case in root.iter("testcase")] == ["nothing was found"]


def test_text_of_anybody_stays_text() -> None:
    row = Row("safe", HOSTILE, Level.ERROR, HOSTILE, HOSTILE, group=HOSTILE)
    document = read(sarif([row], category="x", otherwise=OTHERWISE))
    assert document["runs"][0]["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == HOSTILE
    text = junit([row, Row("x\0", "\ufffe", Level.NOTE, "\0", "\x08")], suite=HOSTILE)
    assert ElementTree.fromstring(text).attrib["tests"] == "2"
    assert "\x1b" not in text + sarif([row], category="x", otherwise=OTHERWISE)


@pytest.mark.parametrize("form", [plain, code])
def test_markdown_makes_nothing_of_a_text(form: Any) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(f"- before {form(HOSTILE)} after")
    inline = next(token for token in tokens if token.type == "inline")
    kinds = {child.type for child in inline.children or ()}
    assert kinds <= {"text", "text_special", "code_inline", "html_inline", "softbreak"}
    assert {child.content for child in inline.children or () if child.type == "html_inline"} <= {"<!-- -->"}
    assert "head" in inline.content
    assert len([token for token in tokens if token.type == "list_item_open"]) == 1


def test_markdown_shows_the_text_as_it_stands() -> None:
    rendered = MarkdownIt("commonmark")
    assert "<!-- -->".join(["@", "everyone"]) in rendered.renderInline(plain("@everyone"))
    for text in ("a`b", "`a`", " a ", "``", "a b", "1 < 2 & 3 > 2", r"C:\new"):
        assert rendered.renderInline(code(text)) == f"<code>{escape(text)}</code>"
    assert code("") == ""
    assert html("<b>@x") == "&lt;b&gt;@<!-- -->x"

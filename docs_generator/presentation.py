"""What MkDocs runs while it builds: tables that a phone can show, descriptions of pages, headings of error codes."""

from __future__ import annotations

import html
import re
from typing import Any, Final

STACKED_FROM: Final = 3
"""Columns from which on a phone shows the rows of a table as cards."""
LONG: Final = 30
"""Characters from which on an identifier in a table may be broken after a separator."""
SHORTEST_DESCRIPTION: Final = 60
LONGEST_DESCRIPTION: Final = 160

_TABLE: Final = re.compile(r"<table>.*?</table>", re.DOTALL)
_HEADER: Final = re.compile(r"<th[^>]*>(.*?)</th>", re.DOTALL)
_ROW: Final = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CODE: Final = re.compile(r"<code>([^<]*)</code>")
_PARAGRAPH: Final = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_CLAUSE: Final = re.compile(r"(?:`[^`]*`|[^:;,.`]|[:;,.](?! |$))+")
"""To the first comma, colon or full stop that does not stand in code."""
_ERROR: Final = re.compile(
    r"^### (TW[0-9]{3})$\s+(.*?)\s+^```text\n(error|warning) \1: ([^\n]*)$", re.MULTILINE | re.DOTALL
)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page of the errors gets a summary, and each code the message in its heading; the anchor stays the code."""
    return with_summary(markdown) if page.file.src_uri == "errors.md" else markdown


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Describes the page by its first paragraph, and says in each cell of a wide table what its column is."""
    page.meta.setdefault("description", described(content))
    return _TABLE.sub(lambda found: table(found[0]), content)


def with_summary(markdown: str) -> str:
    """Raises where a code is not in the form that tests/test_error_codes.py holds."""
    found = _ERROR.findall(markdown)
    if len(found) != len(re.findall(r"^### TW", markdown, re.MULTILINE)):
        raise ValueError("docs/errors.md has a code without its cause and an example")
    rows = [
        f"| [{code}](#{code.lower()}) | {kind} | {message.replace('|', '&#124;')} |" for code, _, kind, message in found
    ]
    summary = "\n".join(["## All codes", "", "| code | | what it says, for example |", "|---|---|---|", *rows])
    for code, cause, _, _ in found:
        markdown = markdown.replace(f"### {code}\n", f"### {code}: {_heading(cause)} {{: #{code.lower()} }}\n")
    before, heading, after = markdown.partition("\n## ")
    return f"{before}\n{summary}\n{heading}{after}"


def _heading(cause: str) -> str:
    """How the description of a code begins: `One zone is one too few`."""
    text = re.sub(r" \([^)]*\)", "", " ".join(cause.split())).removeprefix("A warning: ")
    found = _CLAUSE.match(text)
    clause = (found[0] if found else text).strip()
    return f"{clause[:1].upper()}{clause[1:]}"


def table(source: str) -> str:
    """With the column's heading at each cell, and with places where a long identifier may be broken."""
    headings = [html.escape(re.sub(r"<[^>]+>", "", one).strip()) for one in _HEADER.findall(source)]
    if len(headings) >= STACKED_FROM:
        source = source.replace("<table>", "<table data-stacked>", 1)
        source = _ROW.sub(lambda found: _labelled(found[0], headings), source)
    return _CODE.sub(lambda found: f"<code>{_breakable(found[1])}</code>", source)


def _labelled(row: str, headings: list[str]) -> str:
    columns = iter(headings)
    return re.sub(r"<td(?=[ >])", lambda _: f"<td{_label(next(columns))}", row)


def _label(heading: str) -> str:
    """A column of sentences (`what it is`) needs no name on a card."""
    return f' data-label="{heading}"' if heading and not heading.startswith("what ") else ""


def _breakable(text: str) -> str:
    return re.sub(r"(?<=[\w}])([._/:-])(?=\w)", r"\1<wbr>", text) if len(text) >= LONG and " " not in text else text


def described(content: str) -> str:
    """The first paragraph without its marks, to the end of a sentence or of a word."""
    paragraphs = (" ".join(html.unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in _PARAGRAPH.findall(content))
    text = next(filter(None, paragraphs), "")
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    cut = text[:LONGEST_DESCRIPTION]
    sentence = cut.rfind(". ") + 1
    return cut[:sentence] if sentence >= SHORTEST_DESCRIPTION else f"{cut[: cut.rfind(' ')]}…"

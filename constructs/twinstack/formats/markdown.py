"""Text of anybody within GitHub's Markdown: it can neither format, nor link, nor call a person, nor end what it stands in.

Source: "GitHub Flavored Markdown Spec", Backslash escapes, Code spans, Tables; GitHub Docs, "Basic writing and formatting
syntax", for what makes a mention or a reference.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

from twinstack.printable import printable_line


def plain(text: str) -> str:
    """The text as it stands, in a line of prose."""
    escaped = _PUNCTUATION.sub(r"\\\g<0>", printable_line(text).replace("&", "&amp;").replace("<", "&lt;"))
    # An empty comment ends what would be a person's name, an issue's number or an address.
    return _CALLS.sub(r"\g<0><!-- -->", escaped)


def code(text: str) -> str:
    """The text as a code span, also within a table; nothing of an empty one."""
    line = printable_line(text).replace("\t", " ")
    if not line:
        return ""
    fence = _fence(line, 1)
    gap = " " if line.strip("`") != line or not line.strip() or line[0] == " " == line[-1] else ""
    return f"{fence}{gap}{line}{gap}{fence}".replace("|", r"\|")


def fenced(text: str, language: str) -> str:
    """The text, which ends its own last line, as a code block that nothing in it can end."""
    fence = _fence(text, 3)
    return f"{fence}{language}\n{text}{fence}\n"


def html(text: str) -> str:
    """The text as it stands, within HTML, where Markdown is not read."""
    return _PERSON.sub(r"\g<0><!-- -->", escape(printable_line(text)))


def _fence(text: str, least: int) -> str:
    return "`" * max(least, *(len(run) + 1 for run in re.findall("`+", text)), least)


_PUNCTUATION: Final = re.compile(r"[\\`*_{}\[\]()>#+!|~$-]")
_CALLS: Final = re.compile(r"@|(?<=\w)(?=://)|\b(?:www|GH)(?=[.\\-])|\\#")
_PERSON: Final = re.compile("[@#]")

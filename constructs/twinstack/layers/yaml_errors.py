"""What the YAML parser stumbles over, in words for whoever wrote the file."""

from __future__ import annotations

from typing import Final

import yaml

from twinstack.errors import Location, Problem

Words = tuple[str, str, str]
"""Given, allowed, fix."""


def not_yaml(file: str, text: str, error: yaml.YAMLError) -> Problem:
    """The problem of a file that the parser gave up on, at the line that has to be corrected."""
    lines = [*text.splitlines(), ""]
    here = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opening = getattr(error, "context_mark", None) or here
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__)

    def character(mark: yaml.Mark | None) -> str:
        return lines[min(mark.line, len(lines) - 1)][mark.column :][:1] if mark else ""

    place = here
    if character(here) == "\t" or "tab character" in reason:
        words = _TAB
    elif "cannot start any token" in reason:
        words = (f"a value that begins with `{character(here)}`", "text in quotes", "quote the value")
    elif any(part in reason for part in _UNCLOSED) or ("node content" in reason and not character(here)):
        place = opening
        bracket = character(opening) or "["  # the parser does not always know where it began
        words = (f"a `{bracket}` that is not closed", f"`{bracket}` … `{_CLOSING.get(bracket, bracket)}`", "close it")
    elif "node content" in reason:
        words = (f"`{character(here)}` where a value has to stand", "a value", "write the value, or take the mark away")
    elif "could not find expected ':'" in reason:
        place, words = opening, _NO_COLON
    else:
        words = next((words for part, words in _WORDS.items() if part in reason), (reason, *_ANY))
    line = place.line + 1 if place else 1
    return Problem("TW101", "the file is not YAML", "", Location(file, line), *words)


_ANY: Final = (
    "YAML, indented with spaces",
    "look at this line and the one above: indentation, quotes, a missing colon",
)
_TAB: Final[Words] = ("a tab", "spaces, as many as its neighbours begin with", "replace the tab with spaces")
_UNCLOSED: Final = ("expected ',' or", "unexpected end of stream")
_CLOSING: Final = {"[": "]", "{": "}"}
_NO_COLON: Final[Words] = ("a line without a colon", "`key: value`, or `key:` above indented lines", "add the colon")
_WORDS: Final[dict[str, Words]] = {
    "another document": ("a second document, after `---`", "one document in a file", "remove the `---`"),
    "mapping values are not allowed": (
        "a colon where none can stand",
        "one `key: value` in a line, below others that begin in the same column",
        "correct the indentation, add a colon that is missing in the line above, or quote a value with a colon in it",
    ),
    "expected key": (
        "a line that belongs to nothing above it, or text behind a closing quote or bracket",
        "keys that begin in the same column",
        "correct the indentation, or take away what stands behind the value",
    ),
    "expected <document start>": (
        "a line that begins further to the left than the first", "keys that begin in the same column",
        "correct the indentation",
    ),
    "undefined alias": ("a `*name` without its `&name`", "a value written out, or text in quotes", "quote it, or write it out"),
}  # fmt: skip
"""By a part of the parser's words."""

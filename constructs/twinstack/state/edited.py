"""Writes declarations into the text of their file and takes them out again: line by line, so that comments stay."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from twinstack.errors import UsageError
from twinstack.layers.document import Document, parse
from twinstack.state.declared import LISTS, SECTIONS


def with_entries(text: str, section: str, entries: Mapping[str, str] | Sequence[str]) -> str:
    """The text with more entries in a section, which is made where there is none; one that is there gets its new value.

    Raises UsageError for a section whose entries do not stand in lines of their own.
    """
    text = without_entries(text, section, [*entries], keep_section=True)
    pairs = entries.items() if isinstance(entries, Mapping) else ()
    lines = [_pair_line(*one) for one in pairs] or [_list_line(one) for one in entries]
    document = parse(text, "")
    if section not in document.data:
        gap = [""] if text.strip() else [HEAD]
        return "\n".join([*text.rstrip("\n").splitlines(), *gap, f"{section}:", *lines, ""])
    present = text.splitlines()
    header = document.locations[section,].line
    if present[header - 1].partition("#")[0].rstrip() != f"{section}:":
        raise _no_lines(section)
    last = max((place.line for path, place in document.locations.items() if path[:1] == (section,)), default=header)
    return "\n".join([*present[:last], *lines, *present[last:], ""])


def without_entries(text: str, section: str, gone: Collection[str], *, keep_section: bool = False) -> str:
    """The text without some entries of a section, and without the section where none is left. Raises as `with_entries`."""
    document = parse(text, "")
    lines = text.splitlines()
    entries = _entries(document, section)
    dropped = {entries[one] for one in gone if one in entries}
    for one in gone:
        if one in entries and (
            list(entries.values()).count(entries[one]) > 1 or entries[one] == document.locations[section,].line
        ):
            raise _no_lines(section)
    if entries and dropped == {*entries.values()} and not keep_section:
        dropped.add(document.locations[section,].line)
    left = [line for number, line in enumerate(lines, start=1) if number not in dropped]
    return "\n".join([*left, ""]) if left else ""


def _entries(document: Document, section: str) -> dict[str, int]:
    """The line of each entry."""
    listed = document.data.get(section) or ()
    keys = enumerate(listed) if section in LISTS else ((key, key) for key in listed)
    return {str(entry): document.locations[section, key].line for key, entry in keys}


def _pair_line(key: str, value: str) -> str:
    return f"  {_plain(key)}: {json.dumps(value, ensure_ascii=False)}"


def _list_line(address: str) -> str:
    return f"  - {_plain(address)}"


def _plain(address: str) -> str:
    return f"'{address}'" if "[" in address else address


def _no_lines(section: str) -> UsageError:
    return UsageError(
        f"`{section}` is not written with {SECTIONS[section]} of their own, so nothing was written: give each its line"
    )


HEAD: Final = "# What Terraform's state of this environment is told: docs/how-to/adopt.md of twinstack."

"""Text of other people as a terminal may have it: nothing in it moves the cursor, hides a line or turns the reading order.

Layers, file names, arguments and what other tools say reach a terminal through here: `Problem.__str__`, and `emit` and
`emit_json` of `twinstack.cli.render`. Taken as harmful is what Unicode calls a control (Cc: escape sequences), a
format character (Cf: bidirectional overrides, zero widths, tags; see Unicode Technical Report 36, "Security
Considerations"), a surrogate (Cs: no stream could encode it) and the two separators that some terminals take for a
line's end (Zl, Zp).
"""

from __future__ import annotations

import unicodedata
from typing import Final


def printable(text: str) -> str:
    r"""The text with each harmful character as Python writes it, `\x1b`; line ends and tabs stay."""
    return _escaped(text, kept="\n\t")


def printable_line(text: str) -> str:
    r"""As `printable`, in one line: its own line ends are written `\n`, so that no value looks like our next line."""
    return _escaped(text, kept="\t")


def printable_json(text: str) -> str:
    r"""JSON text that means the same, with each harmful character in a string as JSON writes it, `\u009b`."""
    if text.isprintable():
        return text
    return "".join(
        _as_json(character) if character not in "\n\t" and is_harmful(character) else character for character in text
    )


def is_harmful(character: str) -> bool:
    """Whether a terminal, or a reader, could take it for something else than a character."""
    return not character.isprintable() and unicodedata.category(character) in _HARMFUL


def _escaped(text: str, *, kept: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if character not in kept and is_harmful(character) else character
        for character in text
    )


def _as_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

"""Texts as people write them, and as nobody would: what the law is held against."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

COUNT: Final = int(os.environ.get("TWINSTACK_FIDELITY_TEXTS", "300"))
"""How many texts the law is held against; 5000 take a few minutes."""
BATCH: Final = 150
"""How many of them a reader is given at once."""
CERTIFICATE: Final = (
    "-----BEGIN CERTIFICATE-----\n" + "MIIB+zCCAaGgAwIBAgIUf/3h0==\n" * 20 + "-----END CERTIFICATE-----\n"
)
KNOWN: Final = {
    "a closing brace": "a}b",
    "braces that do not balance": "{{ name }}",
    "braces that balance": '{"a": {"b": "}"}}',
    "two lines": "Welcome\nto the shop\n",
    "an apostrophe": "it's",
    "an apostrophe and a backtick": "it's `so`",
    "a reference of the shell": "pre${HOME}post",
    "a reference to another setting": "${LOG_LEVEL}",
    "a dollar and a name": "celery@$HOSTNAME",
    "two dollars": "a$$b",
    "three dollars": "a$$$b",
    "a reference of Kubernetes": "$(A)",
    "a substitution of the shell": "$(cat $$ /etc/hostname) $(A $(A",
    "a dollar before a letter outside ASCII": "5$é",
    "a template of Terraform": "%{ if true }x%{ endif } ${path.module}",
    "a number with a zero first": "01234",
    "a number with a sign": "+1",
    "a number with an exponent": "1e3",
    "a number in base sixteen": "0x1F",
    "a number with underscores": "1_000",
    "a date": "2026-11-28",
    "a word that is a switch to some": "yes",
    "a blank at each end": " a ",
    "a tab at the end": "a\t",
    "blank lines at the end": "a\n\n\n",
    "a line that begins with blanks": "  a\nb",
    "a comment that is none": "a #b",
    "a backslash at the end": "C:\\temp\\",
    "escapes that are none": "\\n \\t \\\\ \\' \\\" \\x41 \\u0041 \\101",
    "quotation marks all over": "\"'\"'",
    "a certificate": CERTIFICATE,
    "a very long line": "word 'and' " * 8000,
    "letters of the world": "žluťoučký kůň 你好 🐎 \u200fשלום",
    "separators of lines that are none": "a\u2028b\u2029c\u0085d",
    "signs of a terminal": "\x1b[31mred\x1b[0m \x07\x7f",
    "a byte order mark": "\ufeffa",
    "nothing": "",
    "a line of YAML": "- a: [b, *c, &d, !e, |f]",
    "a percent sign": "100% %s %(x)s",
    "an exclamation mark": "!! !$ !1",
}
_PIECES: Final = st.sampled_from(
    [
        *(text for text in KNOWN.values() if len(text) < 40),
        *(
            "'",
            '"',
            "\\",
            "$",
            "${",
            "$(",
            "`",
            "}",
            "{",
            "%{",
            "#",
            "\n",
            "\t",
            " ",
            "A",
            ")",
            "0",
            "-",
            ":",
            "=",
            "~",
        ),
    ]
)
_ANY: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=4)
TEXTS: Final = st.lists(st.one_of(_PIECES, _PIECES, _ANY), min_size=2, max_size=12).map("".join)


def drawn(count: int, strategy: st.SearchStrategy[str] = TEXTS) -> list[str]:
    """So many different texts, the same ones at every run."""
    found: dict[str, None] = {}

    @settings(max_examples=2 * count, phases=[Phase.generate], derandomize=True, database=None)
    @given(strategy)
    def collect(text: str) -> None:
        found[text] = None

    collect()
    return list(found)[:count]


def batches(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]


def differing(texts: list[str], given_: list[str | None]) -> list[tuple[str, str | None]]:
    """What did not arrive as it was written, the shortest first."""
    return sorted(
        ((text, got) for text, got in zip(texts, given_, strict=True) if text != got), key=lambda pair: len(pair[0])
    )[:5]

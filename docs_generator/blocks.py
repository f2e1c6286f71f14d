"""The code blocks of a page, and what is said of each in the comment before it.

A block is checked by its language. `<!-- block: … -->` on the line before says more:

    skip, REASON                      not checked, with the reason
    excerpt of FILE[, FILE]           its lines stand in these files, in this order; comments and indentation aside
    layer of PRODUCT ENVIRONMENT      loads as one more layer
    in base.yaml of PRODUCT ENVIRONMENT
                                      loads as a part of base.yaml
    environment NAME of PRODUCT       loads as an environment of this name
    part of the document              the Terraform half has it, as the page's own `Infrastructure` makes it
    part of TYPE.NAME                 so has this block of it
    part of KIND NAME                 so has this object, as the page's own `Workloads` makes it
    part of KIND NAME in FOLDER       so has this object in the reviewed files of a folder
    edit FILE                         a difference that the reader makes
    file FILE                         a file that the reader writes
    first N[, last N]                 a console block shows so many lines of each output
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

DIRECTIVE: Final = re.compile(r"<!-- block: (.*?) -->\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    file: Path
    line: int
    """Of its first line of code, from one on."""
    language: str
    text: str
    directive: str = ""

    @property
    def place(self) -> str:
        return f"{self.file.name}:{self.line}"


def blocks_of(file: Path) -> Iterator[Block]:
    """The fenced blocks of a Markdown file. Raises ValueError for a comment that belongs to no block."""
    tokens = MarkdownIt("commonmark").parse(file.read_text(encoding="utf-8"))
    said: tuple[str, int] | None = None
    for token in tokens:
        if token.type == "html_block" and (found := DIRECTIVE.fullmatch(token.content)):
            assert token.map is not None
            said = " ".join(found[1].split()), token.map[1]
        elif token.type == "fence":
            assert token.map is not None
            first = token.map[0]
            if said is not None and said[1] != first:
                raise ValueError(f"{file.name}:{said[1]}: the comment stands before no block")
            language = token.info.split()[0] if token.info else ""
            yield Block(file, first + 2, language, token.content, said[0] if said else "")
            said = None
    if said is not None:
        raise ValueError(f"{file.name}:{said[1]}: the comment stands before no block")

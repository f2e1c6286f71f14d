"""The address that an element has within its stack, where it is given none."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from twinstack.bindings.native.tree import Node
from twinstack.bindings.native.unsupported import refuse


def unique_id(node: Node, stack: Node) -> str:
    """As cdktf 0.21 makes it, which no feature flag changes any more: the ids below the stack, and a digest unless there is one alone.

    `Default` is left out, `Resource` stands in the digest only, and so does an id that the one before ends with: `files`
    below `old-files`.
    """
    ids = [one.node.id for one in node.scopes[len(stack.scopes) :] if one.node.id != "Default"]
    if not ids or any(not one.isascii() for one in ids):
        refuse(f"{node.path}: the address made of such an id")
    if len(ids) == 1 and len(alone := _NO_WORD.sub("", ids[0])) <= LONGEST_ALONE:
        return alone
    digest = hashlib.md5("/".join(ids).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    words = [_NO_WORD.sub("", one) for one in _without_repetitions(ids) if one != "Resource"]
    return f"{'_'.join(words)[:LONGEST]}_{digest}"


def _without_repetitions(ids: list[str]) -> list[str]:
    """Without those that the one kept before ends with."""
    kept: list[str] = []
    for one in ids:
        if not kept or not kept[-1].endswith(one):
            kept.append(one)
    return kept


LONGEST: Final = 240
LONGEST_ALONE: Final = 255
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9_-]")

"""The name of an object that a program gave none."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from twinstack.bindings.native.tree import Node
from twinstack.bindings.native.unsupported import refuse


def made_name(node: Node) -> str:
    """As cdk8s 2.70 makes it: the ids of its path in small letters, and eight digits of its address.

    How a name is made shorter, and of which letters it is made, is left to node.
    """
    ids = [part.lower() for part in node.path.split("/")]
    if any(one == other for one, other in pairwise(ids)):  # which of them stand once depends on their letters
        refuse(f"{node.path}: the made name of a path with two ids alike")
    name = "-".join([*ids, node.addr[:DIGITS]])
    if len(name) > LONGEST or HIDDEN & {*ids} or not all(_WORD.fullmatch(one) for one in ids):
        refuse(f"{node.path}: the made name of a long path, or of one with other letters")
    return name


DIGITS: Final = 8
LONGEST: Final = 63
HIDDEN: Final = frozenset({"default", "resource", "pod"})
_WORD: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

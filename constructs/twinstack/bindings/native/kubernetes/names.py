"""Names made of where a construct is in the tree."""

from __future__ import annotations

import re
from typing import Any, Final

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.tree import Construct, Node
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import convert


class Names(EngineObject):
    """Makes names for whoever asks."""

    @staticmethod
    def to_dns_label(scope: Construct, **options: Any) -> str:
        return _made(scope, options, dns_label)

    @staticmethod
    def to_label_value(scope: Construct, **options: Any) -> str:
        return _made(scope, options, _label_value)


def dns_label(node: Node, *, with_hash: bool = True, longest: int = 63) -> str:
    """As cdk8s 2.70 makes it: the ids of its path in small letters, and eight digits of its address; a single id stands alone.

    What is too long loses its beginning, and then its first ids.
    """
    ids = node.path.split("/")
    if len(ids) == 1 and _LABEL.fullmatch(ids[0]) and len(ids[0]) <= longest:
        return ids[0]
    return _joined(node, [one.lower() for one in ids], with_hash, longest)


def _label_value(node: Node, *, with_hash: bool = True, longest: int = 63) -> str:
    ids = node.path.split("/")
    if len(ids) == 1 and _VALUE.fullmatch(ids[0]) and len(ids[0]) <= longest:
        return ids[0]
    return _FIRST.sub("", _joined(node, ids, with_hash, longest))


def _joined(node: Node, ids: list[str], with_hash: bool, longest: int) -> str:
    if not all(map(str.isascii, ids)):
        refuse(f"{node.path}: the name of a path with other letters")
    words = [_OTHER.sub("", one)[:longest] for one in ids]
    if with_hash:
        words.append(node.addr[:DIGITS])
    words = [one for one, after in zip(words, [*words[1:], None], strict=True) if one != after]
    kept = [one for one in "/".join(words[::-1])[:longest].split("/")[::-1] if one]
    return "-".join(one for one in "-".join(kept).split("-") if one and one.lower() not in HIDDEN)


def _made(scope: Construct, options: dict[str, Any], make: Any) -> str:
    given = {name: value for name, value in options.items() if value is not None}
    with_hash = convert(given.pop("include_hash", True), "b", "cdk8s", "include_hash")
    longest = convert(given.pop("max_len", 63), "n", "cdk8s", "max_len")
    if given or not isinstance(scope, Construct) or not isinstance(longest, int) or not longest >= DIGITS:
        refuse(f"a name with {', '.join(given) or 'such options'}")
    return make(scope.node, with_hash=with_hash, longest=longest)


DIGITS: Final = 8
HIDDEN: Final = frozenset({"default", "resource"})
_LABEL: Final = re.compile(r"[0-9a-z-]+")
_VALUE: Final = re.compile(r"(([0-9a-zA-Z][0-9a-zA-Z_.-]*)?[0-9a-zA-Z])?")
_OTHER: Final = re.compile(r"[^0-9a-zA-Z_.-]")
_FIRST: Final = re.compile(r"^[^0-9a-zA-Z]+")

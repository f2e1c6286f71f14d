"""Plain YAML scalars, read as the core schema of YAML 1.2 does: `on`, `yes` and `03:30` stay text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Parser
else:
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Parser):
    """PyYAML's parser, with these scalars instead of its own."""


def scalar_value(tag: str, text: str) -> str | int | float | bool | None:
    """The value of a scalar with this tag. Raises ValueError, with what would be right, where the two do not agree."""
    kind = tag.removeprefix(PREFIX)
    if kind == "str":
        return text
    if kind not in _PATTERNS:
        raise ValueError("a plain value, without a tag")
    if not _PATTERNS[kind].fullmatch(text):
        raise ValueError(f"a value that is what its tag says ({kind})")
    if kind in {"int", "float"} and len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of at most {_LONGEST_NUMBER} digits; in quotes, if it is text")
    match kind:
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return None


def is_text(written: str) -> bool:
    """Whether this, written without quotes, is read as text: `7.1` is not."""
    return not any(pattern.fullmatch(written) for pattern in _PATTERNS.values())


PREFIX: Final = "tag:yaml.org,2002:"
_PATTERNS: Final = {
    "bool": re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    "null": re.compile(r"^(?:~|null|Null|NULL|)$"),
    "int": re.compile(r"^[-+]?[0-9]+$"),
    "float": re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?$"),
}
_LONGEST_NUMBER: Final = 30

Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver(f"{PREFIX}bool", _PATTERNS["bool"], list("tTfF"))
Loader.add_implicit_resolver(f"{PREFIX}null", _PATTERNS["null"], ["~", "n", "N", ""])
Loader.add_implicit_resolver(f"{PREFIX}int", _PATTERNS["int"], list("-+0123456789"))
Loader.add_implicit_resolver(f"{PREFIX}float", _PATTERNS["float"], list("-+0123456789."))

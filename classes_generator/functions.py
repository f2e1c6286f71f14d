"""The table of Terraform's functions, as the description of cdktf's `Fn` has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from classes_generator.names import python_name

Function = list[Any]
"""Its name in Terraform, the kind of what it gives (`R`: a token that is an object of its own), and its parameters: name
and kind of each, how many may be left out, and whether the last one's members are arguments of their own.
"""


def functions(entry: Mapping[str, Any], types: Mapping[str, Any]) -> dict[str, Function]:
    """The functions by their Python name, but for those of cdktf's own."""
    return {python_name(one["name"]): _function(one) for one in _methods(entry, types) if _LINK.search(_summary(one))}


def _methods(entry: Mapping[str, Any], types: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those of the class that it extends first: its own stand in their place."""
    if entry.get("base") in types:
        yield from _methods(types[entry["base"]], types)
    yield from entry.get("methods", ())


def _function(method: Mapping[str, Any]) -> Function:
    found = _LINK.search(_summary(method))
    assert found is not None
    name = found[1]
    given = [[python_name(one["name"]), _kind(one["type"])] for one in method.get("parameters", ())]
    optional = sum(bool(one.get("optional")) for one in method.get("parameters", ()))
    returned = method["returns"]["type"]
    gives = "R" if "fqn" in returned else _kind(returned)
    return [name, gives, given, optional, int(name in TAKES_MANY)]


def _summary(method: Mapping[str, Any]) -> str:
    summary: str = method.get("docs", {}).get("summary", "")
    return summary


def _kind(type_: Mapping[str, Any]) -> str:
    if "collection" in type_:
        return ("L" if type_["collection"]["kind"] == "array" else "M") + _kind(type_["collection"]["elementtype"])
    return {"string": "s", "number": "n", "boolean": "b"}.get(type_.get("primitive", ""), "x")


_LINK: Final = re.compile(r"\{@link \S+/functions/\w+(?:\.html)? (\w+)\}")
TAKES_MANY: Final = frozenset(
    {
        "cidrsubnets",
        "coalesce",
        "coalescelist",
        "concat",
        "format",
        "formatlist",
        "max",
        "merge",
        "min",
        "setintersection",
        "setproduct",
        "setunion",
        "try",
    }
)
"""Functions whose last parameter is any number of arguments, which cdktf takes as a list. Source: Terraform's language
reference, "Built-in Functions".
"""

"""What the generated classes' own text adds to their description: Terraform's name of each attribute, and its kind.

An assembly says of an attribute that it is a list; only the text of its getter says whether the provider has a set,
whose elements Terraform reaches through `tolist`.
"""

from __future__ import annotations

import re
from typing import Final

Attributes = dict[str, tuple[str, str]]
"""By jsii's name: Terraform's name and what is read (READS), or the class that stands for a block."""


def attributes(text: str) -> dict[str, Attributes]:
    """For each class of a generated module, what its getters read."""
    found: dict[str, Attributes] = {}
    for part in text.split("\nclass ")[1:]:
        name, _, rest = part.partition(" ")
        made = {
            field: (attribute, f"{_wrapping(wraps)}{kind.rpartition('.')[2]}")
            for field, kind, attribute, wraps in _MADE.findall(rest)
        }
        read: Attributes = {SHAPE: ("", _shape(rest))}
        for getter, body in _GETTERS.findall(rest):
            if simple := _READ.fullmatch(body):
                code = READS.get((simple["way"], simple["kind"]), UNKNOWN)
                read[getter] = (simple["name"], code)
            elif body == f"this._{getter}":
                read[getter] = made.get(getter, ("", INPUT))
        found[name] = read
    return found


def nulls(text: str) -> dict[str, list[str]]:
    """For each data type of a generated module, the members that are written as null where they are not given.

    So it is with blocks that the provider takes for lists of objects: Terraform wants every attribute of such an object.
    """
    if "? null :" not in text:
        return {}
    found = {name[:1].upper() + name[1:]: _NULL.findall(body) for name, body in _CONVERSIONS.findall(text)}
    return {name: members for name, members in found.items() if members}


def _shape(text: str) -> str:
    """How the block that a class stands for is reached: as the only one of a list, as itself, by its index."""
    found = _SUPER.search(text)
    return {"false, 0": ONLY, "false": ITSELF, "complexObjectIsFromSet, complexObjectIndex": BY_INDEX}.get(
        found[1] if found else "", UNKNOWN
    )


def _wrapping(wraps: str) -> str:
    return {"": ONE, "false": MANY, "true": MANY_OF_A_SET}[wraps]


READS: Final = {
    ("", "getStringAttribute"): "s",
    ("", "getNumberAttribute"): "n",
    ("", "getBooleanAttribute"): "b",
    ("", "getListAttribute"): "L",
    ("cdktf.Fn.tolist", "getListAttribute"): "T",
    ("", "getStringMapAttribute"): "m",
    ("", "interpolationForAttribute"): "a",
}
"""The code of each way to read an attribute."""
UNKNOWN: Final = "?"
SHAPE: Final = ""
ONLY: Final = "0"
ITSELF: Final = "."
BY_INDEX: Final = "i"
INPUT: Final = "i"
"""What was given, and no reference: a provider's attributes."""
ONE: Final = "1"
MANY: Final = "*"
MANY_OF_A_SET: Final = "+"
"""Before the class that stands for a block: of one, of a list, of a set."""
_GETTERS: Final = re.compile(r"\n    get (\w+)\(\) \{\n        return ([^;\n]+);")
_MADE: Final = re.compile(r'\n        this\._(\w+) = new ([\w.]+)\(this, "(\w+)"(?:, (true|false))?\);')
_SUPER: Final = re.compile(r"\n        super\(terraformResource, terraformAttribute, ([^)]*)\);")
_CONVERSIONS: Final = re.compile(r"^function (\w+)ToTerraform\(struct\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_NULL: Final = re.compile(r" struct\.(\w+) === undefined \? null :")
_READ: Final = re.compile(r"(?P<way>[\w.]*?)\(?this\.(?P<kind>\w+)\('(?P<name>\w+)'\)\)?")

"""The table of one provider module: its data types, blocks, and what stands for the attributes of a block."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from classes_generator.assembly import Types
from classes_generator.attributes import SHAPE, UNKNOWN, Attributes
from classes_generator.names import python_name, terraform_name

Entry = list[Any]
Table = dict[str, Entry]


def provider_table(namespace: str, types: Types) -> Table:
    """What the assembly says of one module. The attributes of its blocks are read from their text (`with_attributes`)."""
    kinds = Kinds(namespace, types)
    made: Table = {}
    for entry in types.values():
        name, base = entry["name"], entry.get("base", "")
        if entry.get("datatype"):
            made[name] = struct(entry, kinds, terraform_name)
        elif base in BLOCKS:
            made[name] = _block(entry, types)
        elif base == "cdktf.ComplexObject":
            made[name] = ["reference", {}, _value(entry, kinds)]
        elif base == "cdktf.ComplexList":
            made[name] = ["references", f"{name.removesuffix('List')}OutputReference"]
    return made


def with_attributes(table: Table, read: Mapping[str, Attributes], empty: Mapping[str, Sequence[str]]) -> Table:
    """The same table with what the text of each class reads (`attributes`), and of each data type writes (`nulls`)."""
    for name, members in empty.items():
        table[name].append([*map(python_name, members)])
    for name, entry in table.items():
        if entry[0] == "reference":
            own = read.get(name, {})
            entry[1:2] = [_attributes(own, {}), own.get(SHAPE, ("", UNKNOWN))[1]]
        elif entry[0] in BLOCKS.values():
            entry[1] = _attributes(read.get(name, {}), table[entry[3]][1])
    return table


def struct(entry: Mapping[str, Any], kinds: Kinds, output_name: Callable[[Mapping[str, Any]], str]) -> Entry:
    """A data type: for each member its name in the output, its kind, and whether it has to be given."""
    members = sorted(entry.get("properties", ()), key=_line)
    return [
        "struct",
        {
            python_name(one["name"]): [output_name(one), kinds.of(one["type"]), int(not one.get("optional"))]
            for one in members
        },
    ]


def _line(member: Mapping[str, Any]) -> int:
    """The order of the source, which the assembly keeps as line numbers."""
    line: int = member["locationInModule"]["line"]
    return line


def _block(entry: Mapping[str, Any], types: Types) -> Entry:
    given = next(one["type"]["fqn"] for one in entry["initializer"]["parameters"] if one["name"] == "config")
    found = _LINK.search(entry["docs"]["summary"])
    assert found is not None
    return [BLOCKS[entry["base"]], {}, found["type"], types[given]["name"], found["version"]]


def _attributes(read: Attributes, fields: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
    """`fields` are those of the arguments, which know Terraform's name of what the class gives back as it was given."""
    made = {}
    for getter, (attribute, code) in read.items():
        name = python_name(getter)
        if getter not in (SHAPE, "internalValue") and not getter.endswith("Input"):
            made[name] = [attribute or (fields[name][0] if name in fields else name), code]
    return made


def _value(entry: Mapping[str, Any], kinds: Kinds) -> str:
    """The data type that a block's reference takes as its value."""
    for one in entry.get("properties", ()):
        if one["name"] == "internalValue":
            return kinds.of(one["type"])
    return UNKNOWN


class Kinds:
    """What a member takes, as a code: `s` string, `n` number, `b` boolean, `x` anything, `L` a list of, `M` a mapping of,
    `S` a data type, `O` a value class by its name, `?` what the kernel does not take; `R` before it, where a reference will do.
    """

    def __init__(self, namespace: str, types: Types) -> None:
        self._prefix, self._types = f"{namespace}.", types

    def of(self, type_: Mapping[str, Any]) -> str:
        if "primitive" in type_:
            return _PRIMITIVES.get(type_["primitive"], UNKNOWN)
        if "collection" in type_:
            collection = type_["collection"]
            return _COLLECTIONS[collection["kind"]] + self.of(collection["elementtype"])
        if "union" in type_:
            return self._union(type_["union"]["types"])
        return self._named(type_["fqn"])

    def _union(self, types: list[Mapping[str, Any]]) -> str:
        rest = [one for one in types if one.get("fqn") != RESOLVABLE]
        if len(rest) != 1:
            return UNKNOWN
        return self.of(rest[0]) if len(rest) == len(types) else f"R{self.of(rest[0])}"

    def _named(self, name: str) -> str:
        if name == RESOLVABLE:
            return "R?"
        found = self._types.get(name)
        if found is None or not name.startswith(self._prefix):
            return UNKNOWN
        if found.get("datatype"):
            return f"S{found['name']}"
        return f"O{found['name']}" if is_value_class(found) else UNKNOWN


def is_value_class(entry: Mapping[str, Any]) -> bool:
    """`IntOrString`, `Quantity`: made of a text or of a number."""
    return {"fromString", "fromNumber"} == {one["name"] for one in entry.get("methods", ()) if one.get("static")}


RESOLVABLE: Final = "cdktf.IResolvable"
BLOCKS: Final = {
    "cdktf.TerraformResource": "resource",
    "cdktf.TerraformDataSource": "data",
    "cdktf.TerraformProvider": "provider",
}
_PRIMITIVES: Final = {"string": "s", "number": "n", "boolean": "b", "any": "x", "json": "x"}
_COLLECTIONS: Final = {"array": "L", "map": "M"}
_LINK: Final = re.compile(r"\{@link \S+/aws/(?P<version>[\d.]+)/docs\S* (?P<type>\w+)\}")

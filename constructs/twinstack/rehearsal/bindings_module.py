"""One JavaScript module of the CDK's provider bindings, read back into the schema it was generated from.

Each module has, for a resource and for every structure in it, a function or method that lists the arguments with
their types (`…ToHclTerraform`, `synthesizeHclAttributes`) and a class whose getters tell the results. Comments of the
form `// name - computed: true, optional: false, required: false` carry the flags; the older generator loses them for
plain arguments, where a missing `reset…` method tells that an argument is required.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from twinstack.rehearsal.schema_provider.schema import Attribute, Block, NestedBlock, Type


@dataclass(frozen=True, slots=True)
class BindingsModule:
    """What a module tells: `kind` is `resource`, `data`, `ephemeral` or `provider`."""

    kind: str
    type_name: str
    provider_version: str
    block: Block

    @classmethod
    def read(cls, source: str) -> Self:
        """Read a module. Raises ValueError or KeyError for a shape that is not known."""
        classes = {match[1]: match[0] for match in _CLASS.finditer(source)}
        functions = {match[1]: match[0] for match in _FUNCTION.finditer(source)}
        main = next((match for match in _CLASS.finditer(source) if match[2] in _KINDS), None)
        type_name = _TYPE_NAME.search(source)
        if main is None or type_name is None:
            raise ValueError("no resource in it")
        version = _VERSION.search(source)
        reader = _Reader(classes, functions)
        synthesis = main[0][main[0].index("synthesizeHclAttributes") :]
        return cls(_KINDS[main[2]], type_name[1], version[1] if version else "", reader.block(synthesis, main[0]))


class _Flags(NamedTuple):
    computed: bool
    optional: bool
    required: bool


@dataclass(frozen=True, slots=True)
class _Reader:
    classes: dict[str, str]
    functions: dict[str, str]

    def block(self, synthesis: str, body: str, within: tuple[str, ...] = ()) -> Block:
        """The block whose arguments `synthesis` lists and whose class has this `body`, in structures `within`."""
        flags = _flags(body)
        attributes: dict[str, Attribute] = {}
        blocks: dict[str, NestedBlock] = {}
        for name, value, is_block, nesting in _ENTRY.findall(synthesis):
            mine = flags.get(name) or _flags_by_reset(value, body)
            if is_block == "false":
                attributes[name] = _argument(name, value, nesting, mine)
                continue
            structure = _STRUCTURE.search(value)
            if structure is None:
                raise ValueError(f"no structure in {name}")
            inner = self._structure(structure[1], within)
            if inner is None:
                continue
            one = NestedBlock(
                "single" if nesting == "struct" else nesting,
                inner,
                minimum=1 if mine.required and nesting in ("list", "set") else 0,
                maximum=1 if "Mapper" not in value and nesting in ("list", "set") else 0,
            )
            if "listMapper" in value and ", false)(" in value:
                attributes[name] = Attribute([nesting, inner.value_type], mine.required, mine.optional, mine.computed)
            elif mine.computed or (nesting == "struct" and mine.required):
                attributes[name] = _nested_argument(one, mine)
            else:
                blocks[name] = one
        for name, one in flags.items():
            if name not in attributes and name not in blocks and one == _RESULT:
                attributes[name] = Attribute(self._result(name, body), computed=True)
        return Block(_with_write_only(attributes), blocks)

    def _structure(self, function: str, within: tuple[str, ...]) -> Block | None:
        """The block of a structure; nothing where a structure that holds itself has been repeated often enough."""
        if within.count(function) >= _REPEATS:
            return None
        name = function[0].upper() + function[1:]
        return self.block(self.functions[function], self.classes.get(f"{name}OutputReference", ""), (*within, function))

    def _result(self, name: str, body: str) -> Type:
        """The type of something that only AWS sets, told by the getter or by the class that stands for it."""
        made = re.search(rf'= new (\S+?)\(this, "{name}"(?:, (true|false))?\)', body)
        if made is None:
            got = re.search(rf"return (\S*?)this\.get(\w+)Attribute\('{name}'\)", body)
            type_: Type = _GETTERS.get(got[2], "dynamic") if got else "dynamic"
            return ["set", *type_[1:]] if got and got[1] and isinstance(type_, list) else type_
        class_name, is_set = made[1], made[2] == "true"
        if "." in class_name:
            return _LIBRARY_CLASSES.get(class_name.split(".")[1], "dynamic")
        match = re.fullmatch(r"(\w+?)(List|Map|OutputReference)", class_name)
        if match is None:
            raise ValueError(f"{name} is made by {class_name}")
        members = self.classes[f"{match[1]}OutputReference"]
        item: Type = ["object", {member: self._result(member, members) for member in _flags(members)}]
        return {"List": ["set" if is_set else "list", item], "Map": ["map", item]}.get(match[2], item)


def _argument(name: str, value: str, nesting: str, flags: _Flags) -> Attribute:
    plain = _PLAIN.search(value)
    if plain is None:
        raise ValueError(f"no type in {name}")
    type_: Type = _PRIMITIVES[plain[1]]
    mappers = re.findall(r"(list|hash)MapperHcl", value)
    for mapper in reversed(mappers[1:]):
        type_ = ["list" if mapper == "list" else "map", type_]
    if nesting != "simple":
        type_ = [nesting, type_]
    return Attribute(type_, flags.required, flags.optional, flags.computed, write_only="markWriteOnly" in value)


def _nested_argument(one: NestedBlock, flags: _Flags) -> Attribute:
    """A structure that AWS fills in, or that must be there, is an argument: Terraform has no such single blocks."""
    nested = NestedBlock(one.nesting, _without_blocks(one.block))
    return Attribute("dynamic", flags.required, flags.optional, flags.computed, nested=nested)


def _without_blocks(block: Block) -> Block:
    """A nested argument holds arguments only."""
    converted = {
        name: Attribute(
            "dynamic",
            required=one.minimum > 0,
            optional=one.minimum == 0,
            nested=NestedBlock(one.nesting, _without_blocks(one.block)),
        )
        for name, one in block.blocks.items()
    }
    return Block({**block.attributes, **converted})


def _with_write_only(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """The older generator marks no write-only arguments; they are the ones with a version beside them."""
    return {
        name: Attribute(one.type, one.required, one.optional, False, True, one.nested)
        if one.write_only or (name.endswith("_wo") and f"{name}_version" in attributes)
        else one
        for name, one in attributes.items()
    }


def _flags(body: str) -> dict[str, _Flags]:
    return {name: _Flags(*(word == "true" for word in words)) for name, *words in _COMMENT.findall(body)}


def _flags_by_reset(value: str, body: str) -> _Flags:
    member = _MEMBER.search(value)
    required = member is not None and bool(body) and f"reset{member[1][0].upper()}{member[1][1:]}(" not in body
    return _Flags(computed=False, optional=not required, required=required)


_REPEATS: Final = 2
"""How often a structure may stand within itself: a WAF statement holds statements, and the provider sets an end to it."""
_RESULT: Final = _Flags(computed=True, optional=False, required=False)
_KINDS: Final = {
    "TerraformResource": "resource",
    "TerraformDataSource": "data",
    "TerraformEphemeralResource": "ephemeral",
    "TerraformProvider": "provider",
}
_PRIMITIVES: Final = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
_GETTERS: Final[dict[str, Type]] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "string"],
}
_LIBRARY_CLASSES: Final[dict[str, Type]] = {
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "string"],
    "StringMapList": ["list", ["map", "string"]],
    "StringListList": ["list", ["list", "string"]],
    "NumberListList": ["list", ["list", "number"]],
    "StringListMap": ["map", ["list", "string"]],
}
_CLASS: Final = re.compile(r"^class (\w+) extends \w+\.(\w+) \{\n.*?^\}", re.MULTILINE | re.DOTALL)
_FUNCTION: Final = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{\n.*?^\}", re.MULTILINE | re.DOTALL)
_ENTRY: Final = re.compile(
    r'^ +(\w+): \{\n +value: (.*),\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "\w+",\n',
    re.MULTILINE,
)
_COMMENT: Final = re.compile(r"// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n")
_STRUCTURE: Final = re.compile(r"(?<!cdktf\.)(?<!cdktn\.)\b(?!struct\b)(\w+)ToHclTerraform\b")
_PLAIN: Final = re.compile(r"\b(?:cdktf|cdktn)\.(string|number|boolean|any)ToHclTerraform\b")
_MEMBER: Final = re.compile(r"\((?:this\._|struct!?\.)(\w+)(?:\.internalValue)?\)+$")
_TYPE_NAME: Final = re.compile(r'tfResourceType = "(\w+)"')
_VERSION: Final = re.compile(r"providerVersion: '([\d.]+)'")

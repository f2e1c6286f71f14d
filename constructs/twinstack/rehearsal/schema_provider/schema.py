"""The schema of a provider: which blocks and arguments its resources take, and their compact form on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self, TypeAlias

Type: TypeAlias = str | list[Any]
"""A Terraform type as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", {"a": "number"}]`."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument or result. `nested` stands in place of `type` where the argument holds a structure of its own."""

    type: Type
    required: bool = False
    optional: bool = False
    computed: bool = False
    write_only: bool = False
    nested: NestedBlock | None = None

    @classmethod
    def from_json(cls, compact: list[Any]) -> Self:
        type_, letters = compact
        nested = NestedBlock.from_json(type_[1]) if isinstance(type_, list) and type_[0] == _NESTED else None
        return cls(
            type="dynamic" if nested else type_,
            required="r" in letters,
            optional="o" in letters,
            computed="c" in letters,
            write_only="w" in letters,
            nested=nested,
        )

    def to_json(self) -> list[Any]:
        flags = {"r": self.required, "o": self.optional, "c": self.computed, "w": self.write_only}
        letters = "".join(letter for letter, is_set in flags.items() if is_set)
        return [[_NESTED, self.nested.to_json()] if self.nested else self.type, letters]

    @property
    def value_type(self) -> Type:
        """The type of the value, a nested structure written as an object."""
        return self.nested.value_type if self.nested else self.type


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """A block within a block: `nesting` is `single`, `list`, `set` or `map`; a `maximum` of 0 is no maximum."""

    nesting: str
    block: Block
    minimum: int = 0
    maximum: int = 0

    @classmethod
    def from_json(cls, compact: list[Any]) -> Self:
        nesting, minimum, maximum, block = compact
        return cls(nesting, Block.from_json(block), minimum, maximum)

    def to_json(self) -> list[Any]:
        return [self.nesting, self.minimum, self.maximum, self.block.to_json()]

    @property
    def value_type(self) -> Type:
        inner = self.block.value_type
        return inner if self.nesting == "single" else [self.nesting, inner]


@dataclass(frozen=True, slots=True)
class Block:
    """What may stand between two braces."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, NestedBlock] = field(default_factory=dict)

    @classmethod
    def from_json(cls, compact: list[Any]) -> Self:
        attributes, blocks = compact
        return cls(
            {name: Attribute.from_json(one) for name, one in attributes.items()},
            {name: NestedBlock.from_json(one) for name, one in blocks.items()},
        )

    def to_json(self) -> list[Any]:
        return [
            {name: self.attributes[name].to_json() for name in sorted(self.attributes)},
            {name: self.blocks[name].to_json() for name in sorted(self.blocks)},
        ]

    @property
    def value_type(self) -> Type:
        members = {name: one.value_type for name, one in (*self.attributes.items(), *self.blocks.items())}
        return ["object", members]

    @property
    def is_open(self) -> bool:
        """Whether something in it may have any type: what the bindings call `any`."""
        return any(one.value_type == "dynamic" for one in self.attributes.values()) or any(
            one.block.is_open for one in self.blocks.values()
        )

    def write_only(self) -> Iterator[str]:
        """The arguments whose values Terraform keeps nowhere."""
        return (name for name, one in self.attributes.items() if one.write_only)

    def servable(self) -> Block:
        """The same block as Terraform accepts it: a set whose members may have any type is not allowed, a list is."""
        return Block(
            self.attributes,
            {
                name: replace(
                    one,
                    block=one.block.servable(),
                    nesting="list" if one.nesting == "set" and one.block.is_open else one.nesting,
                )
                for name, one in self.blocks.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything one version of a provider takes. The blocks are decoded when asked for: 3,000 of them take a second."""

    version: str
    provider: Block
    compact: Mapping[str, Mapping[str, list[Any]]]
    """The compact blocks: `resource`, `data` and `ephemeral`, by type name."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        kinds = {kind: document[kind] for kind in KINDS}
        return cls(document["version"], Block.from_json(document["provider"]), kinds)

    def to_json(self) -> dict[str, Any]:
        kinds = {kind: {name: blocks[name] for name in sorted(blocks)} for kind, blocks in self.compact.items()}
        return {"version": self.version, "provider": self.provider.to_json(), **kinds}

    def names(self, kind: str) -> Collection[str]:
        """The type names of a kind: `resource`, `data` or `ephemeral`."""
        return self.compact[kind].keys()

    def block(self, kind: str, name: str) -> Block:
        """The block of a type, as Terraform accepts it. Raises KeyError for a type that this version does not have."""
        return Block.from_json(self.compact[kind][name]).servable()


KINDS: Final = ("resource", "data", "ephemeral")
_NESTED: Final = "nested"

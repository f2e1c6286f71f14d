"""What was synthesized, as pictures read it: blocks of Terraform with who they belong to, and Kubernetes' objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """One resource of Terraform."""

    type: str
    name: str
    arguments: JsonObject
    owner: str
    """The construct right below the stack that made it: the field of the environment, as a rule."""

    @property
    def address(self) -> str:
        """`aws_db_instance.database`."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True)
class Made:
    """One environment's outputs; a half that the product does not have is empty."""

    stack: JsonObject
    manifests: Sequence[JsonObject]

    @classmethod
    def read(cls, stack: Path | None, manifests: Path | None) -> Made:
        """From the folder with cdk.tf.json and the folder with the manifests."""
        document = json.loads((stack / "cdk.tf.json").read_bytes()) if stack and stack.is_dir() else {}
        files = sorted(manifests.glob("*.yaml")) if manifests and manifests.is_dir() else []
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        objects = [one for file in files for one in yaml.load_all(file.read_bytes(), loader) if one]
        return cls(document, objects)

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """All resources, as Terraform has them."""
        return [
            Block(type_name, name, arguments, _owner(arguments, name))
            for type_name, named in (self.stack.get("resource") or {}).items()
            for name, arguments in named.items()
            if isinstance(arguments, Mapping)
        ]

    def of_type(self, *types: str) -> list[Block]:
        """The resources of these types."""
        return [one for one in self.blocks if one.type in types]

    def owned_by(self, owner: str) -> list[Block]:
        """What one construct made."""
        return [one for one in self.blocks if one.owner == owner]

    def named(self, reference: Any) -> Block | None:
        """The resource that an argument refers to: `${aws_subnet.network_private_a.id}`."""
        address = address_in(reference)
        return self._by_address.get(address) if address else None

    @cached_property
    def _by_address(self) -> Mapping[str, Block]:
        return {one.address: one for one in self.blocks}

    def objects(self, *kinds: str) -> Iterator[JsonObject]:
        """Kubernetes' objects of these kinds."""
        return (one for one in self.manifests if one.get("kind") in kinds)


def address_in(reference: Any) -> str | None:
    """The address of the first resource that a text refers to."""
    found = _REFERENCE.search(reference) if isinstance(reference, str) else None
    return found[1] if found else None


def first(value: Any) -> JsonObject:
    """A block that Terraform takes as an object or as a list of one; empty without it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else {}
    return value if isinstance(value, Mapping) else {}


def name_of(one: JsonObject) -> str:
    """An object's name."""
    return str((one.get("metadata") or {}).get("name", ""))


def _owner(arguments: JsonObject, name: str) -> str:
    path = first(first(arguments.get("//")).get("metadata")).get("path")
    parts = str(path).split("/") if path else []
    return parts[1] if len(parts) > 1 else name


_REFERENCE: Final = re.compile(r"\$\{(?:data\.)?([a-z0-9_]+\.[A-Za-z0-9_-]+)[.\[}]")

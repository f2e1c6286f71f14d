"""What a room makes in the infrastructure half: the attributes of its construct, and the Terraform JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from docs_generator.example import Example


def blocks(example: Example, construct: str) -> dict[str, Any]:
    """The Terraform JSON of what one construct of the stack made, without cdktf's own notes."""
    found: dict[str, Any] = {}
    for section in ("data", "ephemeral", "resource"):
        for kind, members in example.document.get(section, {}).items():
            for name, block in members.items():
                path = block.get("//", {}).get("metadata", {}).get("path", "").split("/")
                # An ephemeral block is an override of the stack, and knows no construct: its name begins with the key.
                is_its_own = path[1:2] == [construct] or (section == "ephemeral" and name.startswith(f"{construct}_"))
                if is_its_own:
                    plain = {key: value for key, value in block.items() if key != "//"}
                    found.setdefault(section, {}).setdefault(kind, {})[name] = plain
    return found


def outputs(example: Example) -> Mapping[str, Any]:
    """The stack's outputs that begin with the room's key."""
    return {
        name: {key: value for key, value in block.items() if key != "//"}
        for name, block in example.document.get("output", {}).items()
        if name.startswith(f"{example.room.key}_")
    }


def attribute_table(example: Example) -> str:
    """Each Terraform block with the attribute by which Python reaches it."""
    construct = vars(example.infrastructure)[example.room.key]
    named: dict[str, str] = {}
    for path, address in attributes(construct, example.room.key):
        named[address] = min(named.get(address, path), path, key=lambda one: (one.count("."), len(one), one))
    made = [
        f"{'' if section == 'resource' else section + '.'}{kind}.{name}"
        for section, kinds in blocks(example, example.room.key).items()
        for kind, members in kinds.items()
        for name in members
    ]
    rows = [f"| `{address}` | {_attribute(named, address)} |" for address in sorted(made)]
    return "\n".join(["| Terraform | attribute |", "|---|---|", *rows])


def _attribute(named: Mapping[str, str], address: str) -> str:
    if address in named:
        return f"`{named[address]}`"
    return "none: an override of the stack" if address.startswith("ephemeral.") else "none"


def attributes(construct: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every public attribute that holds a Terraform element, with its address; some are reached by several."""
    from cdktf import TerraformElement
    from constructs import Construct

    for name, value in vars(construct).items():
        if name.startswith("_") or name in NOT_ITS_OWN:
            continue
        for where, one in _members(f"{path}.{name}", value):
            kind = getattr(one, "terraform_resource_type", None)
            if isinstance(one, TerraformElement) and kind:
                prefix = "data." if type(one).__name__.startswith("Data") else ""
                yield where, f"{prefix}{kind.removeprefix('data.')}.{one.friendly_unique_id}"
            elif isinstance(one, Construct) and depth < DEEPEST:
                yield from attributes(one, where, depth + 1)


def _members(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case list() | tuple():
            yield from ((f"{path}[{index}]", each) for index, each in enumerate(value))
        case dict():
            yield from ((f'{path}["{key}"]', each) for key, each in value.items())
        case _:
            yield path, value


def as_json(document: Mapping[str, Any]) -> str:
    """A fenced block."""
    return f"```json\n{json.dumps(document, indent=2, ensure_ascii=False)}\n```"


NOT_ITS_OWN: Final = frozenset({"stack", "spec", "context", "network"})
DEEPEST: Final = 3

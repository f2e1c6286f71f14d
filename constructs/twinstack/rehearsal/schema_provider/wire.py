"""Values and schemas on the wire: MessagePack with Terraform's mark for what is not known yet, and schema messages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import msgpack

from twinstack.rehearsal.schema_provider.protocol import ERROR, MESSAGES, NESTINGS
from twinstack.rehearsal.schema_provider.schema import Attribute, Block, NestedBlock

UNKNOWN: Final = msgpack.ExtType(0, b"\0")
"""A value that is known only after the apply."""


def is_unknown(value: Any) -> bool:
    """Whether this is Terraform's mark for a value not known yet; what Terraform narrowed down about it does not matter."""
    return isinstance(value, msgpack.ExtType)


def is_typed(value: Any) -> bool:
    """Whether the value comes with its type before it: it does where the schema leaves something in it open."""
    return isinstance(value, list) and len(value) == _TYPE_AND_VALUE and isinstance(value[0], bytes)


def decode(value: Any) -> Any:
    """The Python value of a DynamicValue message; None for null."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False)
    return json.loads(value.json) if value.json else None


def encode(value: Any) -> Any:
    """The DynamicValue message of a Python value."""
    return MESSAGES["DynamicValue"](msgpack=msgpack.packb(value))


def error(summary: str, detail: str, path: str = "") -> Any:
    """A diagnostic that stops Terraform, at an argument where one is named (`scaling_config.min_size`)."""
    return diagnostic(ERROR, summary, detail, path)


def diagnostic(severity: int, summary: str, detail: str, path: str = "") -> Any:
    """A diagnostic. A path in a block is that of the block, for nobody says in which of them it is."""
    name = path.partition(".")[0]
    attribute = {"attribute": attribute_path((name,))} if name else {}
    return MESSAGES["Diagnostic"](severity=severity, summary=summary, detail=detail, **attribute)


def attribute_path(steps: Iterable[str | int]) -> Any:
    """The AttributePath message of the way to a value: names of arguments, and indices in lists."""
    return MESSAGES["AttributePath"](
        steps=[
            MESSAGES["AttributePath.Step"](**{"element_key_int" if isinstance(one, int) else "attribute_name": one})
            for one in steps
        ]
    )


def schema_message(block: Block) -> Any:
    """The Schema message of a block."""
    return MESSAGES["Schema"](block=_block(block))


def _block(block: Block) -> Any:
    return MESSAGES["Schema.Block"](
        attributes=[_attribute(name, one) for name, one in block.attributes.items()],
        block_types=[_nested_block(name, one) for name, one in block.blocks.items()],
    )


def _attribute(name: str, one: Attribute) -> Any:
    message = MESSAGES["Schema.Attribute"](
        name=name, required=one.required, optional=one.optional, computed=one.computed, write_only=one.write_only
    )
    if one.nested:
        members = [_attribute(*member) for member in one.nested.block.attributes.items()]
        message.nested_type.CopyFrom(
            MESSAGES["Schema.Object"](attributes=members, nesting=NESTINGS[one.nested.nesting])
        )
    else:
        message.type = json.dumps(one.type).encode()
    return message


def _nested_block(name: str, one: NestedBlock) -> Any:
    return MESSAGES["Schema.NestedBlock"](
        type_name=name,
        block=_block(one.block),
        nesting=NESTINGS[one.nesting],
        min_items=one.minimum,
        max_items=one.maximum,
    )


_TYPE_AND_VALUE: Final = 2

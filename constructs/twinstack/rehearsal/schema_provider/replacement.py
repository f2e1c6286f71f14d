"""Which arguments of a planned change make Terraform replace the object: as the real provider marks them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from twinstack.facts.changes import change_of, is_change
from twinstack.rehearsal.schema_provider.schema import Block, NestedBlock
from twinstack.rehearsal.schema_provider.wire import is_typed, is_unknown

Steps: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of arguments, and indices in lists."""


def replacing(type_name: str, block: Block, prior: Mapping[str, Any], planned: Mapping[str, Any]) -> Iterator[Steps]:
    """The way to each argument whose change replaces the object. A member of a set has none, so it is the set's."""
    beside = {name: value for name, value in planned.items() if not is_unknown(value)}

    def replaces(path: str, before: Any, after: Any) -> bool:
        if not is_unknown(after) and not is_change(type_name, path, before, after):
            return False
        fact = change_of(type_name, path, before, after, beside=beside)
        return fact is not None and fact.replaces

    def within(
        inside: Block, before: Mapping[str, Any], after: Mapping[str, Any], path: str, steps: Steps
    ) -> Iterator[Steps]:
        for name in inside.attributes:
            if replaces(f"{path}{name}", _untyped(before.get(name)), _untyped(after.get(name))):
                yield (*steps, name)
        for name, nested in inside.blocks.items():
            yield from of_block(
                nested, _untyped(before.get(name)), _untyped(after.get(name)), f"{path}{name}", (*steps, name)
            )

    def of_block(nested: NestedBlock, before: Any, after: Any, path: str, steps: Steps) -> Iterator[Steps]:
        if is_unknown(after):
            return
        if nested.nesting == "single":
            yield from within(nested.block, before or {}, after or {}, f"{path}.", steps)
            return
        old, new = list(before or ()), list(after or ())
        if bool(old) != bool(new) and replaces(path, old, new):
            yield steps
        elif nested.nesting == "list":
            for index in range(max(len(old), len(new))):
                first, second = (side[index] if index < len(side) else {} for side in (old, new))
                yield from within(nested.block, first, second, f"{path}.", (*steps, index))
        else:
            pairs = _different(old, new)
            found = (one for first, second in pairs for one in within(nested.block, first, second, f"{path}.", steps))
            if next(found, None) is not None:
                yield steps

    yield from within(block, prior, planned, "", ())


def _different(old: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """The members that only one of two sets has, in pairs as they come."""
    texts = [{json.dumps(one, sort_keys=True, default=str) for one in side} for side in (old, new)]
    gone, come = (
        [one for one in side if json.dumps(one, sort_keys=True, default=str) not in texts[1 - index]]
        for index, side in enumerate((old, new))
    )
    most = max(len(gone), len(come))
    return list(zip([*gone, *[{}] * (most - len(gone))], [*come, *[{}] * (most - len(come))], strict=True))


def _untyped(value: Any) -> Any:
    return value[1] if is_typed(value) else value

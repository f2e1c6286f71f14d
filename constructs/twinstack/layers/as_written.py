"""Values that are delivered as text, held against how they are written: `01234` is read as 1234."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from twinstack.errors import Problem
from twinstack.layers.document import dotted
from twinstack.layers.merge import Merged
from twinstack.layers.schema import branches_at


def check_as_written(kind: type[BaseModel], merged: Merged) -> Iterator[Problem]:
    """A problem for each number or switch, where text may stand as well, that would be delivered as another text."""
    for path, origins in merged.origins.items():
        last = origins[-1]
        delivered = str(last.value).lower() if isinstance(last.value, bool) else str(last.value)
        if last.text in {"", delivered} or last.value is None:
            continue
        taken = {branch.get("type") for branch in branches_at(kind, path)}
        if "string" in taken and taken & _TYPES[type(last.value)]:
            yield Problem(
                "TW754",
                "a value that would not be delivered as it is written",
                dotted(path),
                last.location,
                given=last.text,
                allowed=f"{delivered}, as YAML reads it, or text in quotes",
                fix=f'quote it: "{last.text}"',
            )


_TYPES: Final = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}

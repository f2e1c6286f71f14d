"""Overrides: values that a program puts anywhere in the output."""

from __future__ import annotations

from typing import Any

from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import anything, known_key


class Overridable(Construct):
    """A construct whose output a program may override."""

    def __init__(self, scope: Construct | None, id_: str) -> None:
        super().__init__(scope, id_)
        self._overrides: dict[str, Any] = {}

    def add_override(self, path: str, value: Any) -> None:
        """Puts a value at a path of keys, `lifecycle.prevent_destroy`, whatever was there; None takes it away."""
        if "\\" in path:
            refuse(f"add_override({path!r}): an escaped dot")
        *parents, last = map(known_key, path.split("."))
        inner = self._overrides
        for part in parents:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                refuse(f"add_override({path!r}): below a value that is no mapping")
        inner[last] = anything(value)


def merged(base: Any, over: Any) -> Any:
    """As cdktf 0.21 puts one value over another: a list comes after a list, a number is a place in one.

    Where `over` is None there is nothing; and nothing that it holds is None.
    """
    if isinstance(over, dict) and isinstance(base, dict):
        made = dict(base)
        for key, value in over.items():
            if value is None:
                made.pop(key, None)
            else:
                made[key] = merged(made.get(key), value)
        return made
    if isinstance(base, list) and isinstance(over, list):
        return [*base, *merged(None, over)]
    if isinstance(base, list) and isinstance(over, dict):
        if not all(key.isdigit() and int(key) < len(base) for key in over):
            refuse("an override of a place that a list does not have")
        return [merged(one, over[str(index)]) if str(index) in over else one for index, one in enumerate(base)]
    if isinstance(over, dict):
        return {key: merged(None, value) for key, value in over.items() if value is not None}
    return [merged(None, one) for one in over if one is not None] if isinstance(over, list) else over

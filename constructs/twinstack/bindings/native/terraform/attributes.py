"""Attributes of a block as references, and the objects that stand for blocks within it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.tokens import Expression, Reference, Resolvable, as_list, as_mapping, as_number, as_text
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import Data

Attributes = Mapping[str, tuple[str, str]]
"""By Python's name: Terraform's name, and the code of what is read."""


def attribute(owner: Any, name: str, code: str) -> Any:
    """The reference to an attribute of an element, or of a block within it."""
    address = f"{owner._address}.{name}"
    if code[0] in "1*+":
        kind = getattr(sys.modules[owner._made_in], code[1:], None)
        if kind is None:
            refuse(f"{type(owner).__name__}.{name}")
        return kind(owner.cdktf_stack, address, is_set=code[0] == "+")
    if code == "T":
        address = f"tolist({address})"
    make = _MAKERS.get(code)
    return refuse(f"{type(owner).__name__}.{name}") if make is None else make(Reference(address, owner.cdktf_stack))


class Block(EngineObject, Data):
    """What stands for a block, or for the list of blocks, of an element."""

    _made_in: ClassVar[str] = ""
    is_anything = True

    def __init__(self, stack: Any, address: str, *, is_set: bool = False) -> None:
        self._stack, self._address, self._is_set = stack, address, is_set

    @property
    def cdktf_stack(self) -> Any:
        return self._stack

    @property
    def fqn(self) -> str:
        return as_text(self._reference)

    @property
    def _reference(self) -> Expression:
        return Reference(self._address, self.cdktf_stack)

    def plain(self) -> Any:
        """A reference to the whole of it."""
        return Resolvable(self._reference)


class ComplexObject(Block):
    """One block; its attributes are references."""

    _attributes: ClassVar[Attributes] = {}
    _shape: ClassVar[str] = ""

    def __init__(self, stack: Any, address: str, *, is_set: bool = False) -> None:
        super().__init__(stack, f"{address}[0]" if self._shape == "0" else address, is_set=is_set)

    def __getattr__(self, name: str) -> Any:
        found = self._attributes.get(name)
        if found is not None:
            return attribute(self, *found)
        if name.startswith(("put_", "reset_")) or name.endswith("_input") or name == "internal_value":
            refuse(f"{type(self).__name__}.{name}")
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._attributes or name == "internal_value":
            refuse(f"{type(self).__name__}.{name} = …")
        super().__setattr__(name, value)


class ComplexList(Block):
    """A list of blocks, or a set, whose members Terraform reaches through `tolist`."""

    _member: ClassVar[str] = ""

    def get(self, index: int) -> Any:
        kind = getattr(sys.modules[self._made_in], self._member)
        place = f"tolist({self._address}).{index:d}" if self._is_set else f"{self._address}[{index:d}]"
        return kind(self.cdktf_stack, place)

    @property
    def _reference(self) -> Expression:
        return Reference(f"tolist({self._address})" if self._is_set else self._address, self.cdktf_stack)


_MAKERS = {
    "s": as_text,
    "n": as_number,
    "b": Resolvable,
    "a": Resolvable,
    "L": as_list,
    "T": as_list,
    "m": as_mapping,
}

"""What a program's own classes may be to the engine: the little of `jsii` that a program names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twinstack.bindings.native.unsupported import refuse

T = TypeVar("T", bound=type)


class IAspect:
    """What visits constructs."""

    def visit(self, node: Any) -> None:
        raise NotImplementedError


class IValidation:
    """What finds fault with a construct."""

    def validate(self) -> list[str]:
        raise NotImplementedError


def decorator(*interfaces: type) -> Callable[[T], T]:
    """`@jsii.implements(cdktf.IAspect)`: notes what a class is."""
    if any(one not in KNOWN for one in interfaces):
        refuse(f"jsii.implements({', '.join(one.__name__ for one in interfaces)})")

    def note(kind: T) -> T:
        kind.__jsii_ifaces__ = [*getattr(kind, "__jsii_ifaces__", ()), *interfaces]  # ty: ignore[missing-attribute]
        return kind

    return note


def implements(value: object, interface: type) -> bool:
    """Whether the class of a value was noted so."""
    return interface in getattr(type(value), "__jsii_ifaces__", ())


KNOWN = frozenset({IAspect, IValidation})

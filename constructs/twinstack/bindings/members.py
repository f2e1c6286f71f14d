"""What the trimmed bindings are written with: the members that every generated class repeats, each made once here.

A stock class spells out five lines for every property, and each becomes a code object to load and keep. The trimmed
class says `arn = reads("arn")` instead. What a caller sees is the same: the same names, the same kernel requests, the
same overriding in a subclass (jsii finds a member by its `__jsii_name__`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import jsii


def reads(name: str) -> property:
    """A property that asks the kernel for `name`, in the kernel's own spelling."""

    def read(self: Any) -> Any:
        return jsii.get(self, name)

    return property(_called(name, read))


def writes(readable: property, name: str) -> property:
    """The same property, and setting it tells the kernel."""

    def write(self: Any, value: Any) -> None:
        jsii.set(self, name, value)

    return readable.setter(write)


def invokes(name: str) -> Callable[[Any], Any]:
    """A method without arguments."""

    def invoke(self: Any) -> Any:
        return jsii.invoke(self, name, [])

    return _called(name, invoke)


def holds(name: str) -> property:
    """A struct's optional member: None where it was not given."""

    def held(self: Any) -> Any:
        return self._values.get(name)

    return property(held)


def requires(name: str) -> property:
    """A struct's required member. Raises AssertionError where it is None, as the stock struct does."""

    def required(self: Any) -> Any:
        value = self._values.get(name)
        assert value is not None, f"Required property '{name}' is missing"
        return value

    return property(required)


class NameMapping(dict[str, str]):
    """A struct's Python names and their spelling in the kernel; on an instance, only those that were given a value.

    jsii sends every member of a struct it maps, and most are None: an AWS resource has some fifty. The kernel reads a
    missing member exactly as a null one, so what is None need not be converted, sent and read.
    """

    def __get__(self, struct: Any, owner: type) -> dict[str, str]:
        if struct is None:
            return self
        values = struct._values
        return {name: spelling for name, spelling in self.items() if values.get(name) is not None}


def equal(self: Any, other: object) -> bool:
    """A struct's `==`: the same class and the same values."""
    return isinstance(other, self.__class__) and other._values == self._values


def unequal(self: Any, other: object) -> bool:
    """A struct's `!=`."""
    return not (other == self)


def shown(self: Any) -> str:
    """A struct's repr, `Name(key=value, …)`."""
    return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self._values.items())})"


def _called(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    setattr(function, JSII_NAME, name)
    return function


JSII_NAME: Final = "__jsii_name__"
"""Where jsii's own `member` decorator keeps a member's spelling."""

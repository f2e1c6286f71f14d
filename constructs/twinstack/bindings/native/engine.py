"""What the classes of the engines have in common: whatever of theirs is not made here is refused when it is asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from twinstack.bindings.native.guard import guard_members
from twinstack.bindings.native.unsupported import meant, refuse


class EngineClass(type):
    """A class of the engine's: what it can do by itself, and is not made here, is refused as well."""

    _members: frozenset[str]

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__jsii") or (not name.startswith("_") and name in cls._members):
            refuse(f"{cls.__name__}.{name}")
        raise meant(AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}"))


class EngineObject(metaclass=EngineClass):
    """An object of a class of the engine's, of which its table says what members there are."""

    _members: ClassVar[frozenset[str]] = frozenset()
    """What the engine's class has, known here or not."""
    _hooks: ClassVar[frozenset[str]] = frozenset()
    """What a program's own class may define although the engine's has it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__.startswith(OWN):
            guard_members(cls)
        elif "_made_in" not in cls.__dict__:
            over = sorted(cls.__dict__.keys() & (cls._members - cls._hooks | cls._own_names()))
            if over:
                refuse(f"{cls.__name__} with its own {over[0]}")

    @classmethod
    def _own_names(cls) -> frozenset[str]:
        """What this class of the engine's has beyond its bases."""
        return frozenset()

    def __getattr__(self, name: str) -> Any:
        if name == "node" or (name.startswith("_") and not name.startswith("__jsii")):
            raise meant(AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}"))
        if name in self._members or name.startswith("__jsii"):
            refuse(f"{engine_name(type(self))}.{name}")
        raise meant(AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}"))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._members and not is_made(type(self), name):
            refuse(f"{engine_name(type(self))}.{name} = …")
        object.__setattr__(self, name, value)


def is_made(kind: type, name: str) -> bool:
    """Whether a class has a member here."""
    return any(name in vars(one) for one in kind.__mro__)


def engine_name(kind: type) -> str:
    """The nearest class that is not the program's own: what the engine knows it as."""
    return next(one.__name__ for one in kind.__mro__ if one.__module__.startswith(OWN) or "_made_in" in one.__dict__)


OWN = "twinstack.bindings.native."
guard_members(EngineObject)

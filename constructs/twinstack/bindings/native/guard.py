"""What goes wrong in this engine's own code is never the program's error: it becomes a refusal, so that node has the last word.

Whatever a program can call of an engine's class is guarded as the class is made. An error passes as it is where it is raised
on purpose (`meant`), where the program's own code raised it, or the machine (OSError); any other is refused.
"""

from __future__ import annotations

import functools
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, Final

from twinstack.bindings.native.unsupported import is_meant, refuse
from twinstack.errors import TwinstackError


def guard_members(kind: type) -> None:
    """Guards the methods, properties and constructor of a class, but for what is its own by an underscore."""
    for name, member in [*vars(kind).items()]:
        is_own = name.startswith("_") and not name.startswith("__")
        if not is_own and isinstance(member, FunctionType | staticmethod | property):
            setattr(kind, name, _guarded(member))


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose unexpected errors are refused."""

    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except Exception as error:
            if _is_the_engines(error):
                refuse(f"{call.__qualname__}, for it ended with {type(error).__name__}: {error}", error)
            raise

    return call


def _guarded(member: FunctionType | staticmethod[..., Any] | property) -> Any:
    match member:
        case FunctionType():
            return guarded(member)
        case staticmethod():
            return staticmethod(guarded(member.__func__))
    parts: tuple[Any, Any, Any] = (member.fget, member.fset, member.fdel)
    return property(*(part and guarded(part) for part in parts), member.__doc__)


def _is_the_engines(error: Exception) -> bool:
    """Whether an error was raised by a line of the engine's, or by Python for it."""
    if isinstance(error, TwinstackError | OSError) or is_meant(error):
        return False
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    while files and (
        files[-1] == __file__ or _is_pythons(files[-1])
    ):  # a call with other arguments is its caller's error
        files.pop()
    return bool(files) and files[-1].startswith(_ENGINE)


def _is_pythons(file: str) -> bool:
    return file.startswith(("<frozen ", _PYTHON)) and "-packages" not in file


_ENGINE: Final = str(Path(__file__).parent)
_PYTHON: Final = sysconfig.get_path("stdlib")

"""Tells a mistake in a product's own Python from a bug of the library, and shows the lines that are the product's."""

from __future__ import annotations

import importlib
import inspect
import linecache
import os
import pkgutil
import re
import sys
import sysconfig
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any, Final

from twinstack.bindings.wheels import PACKAGES
from twinstack.cli.render import emit
from twinstack.errors import file_and_folder
from twinstack.layers.repair import nearest
from twinstack.surroundings import failure_of


@dataclass(frozen=True)
class Line:
    """A line of Python that was being run."""

    file: str
    number: int
    text: str
    frame: FrameType | None = None

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


def report_failure(error: BaseException) -> int:
    """Shows on stderr what failed and whose code it is; the exit status: 2 for the product's, 70 for the library's.

    What the machine refused (a full disk, say) is nobody's code, nor is an extra that is not installed: 2, with what helps.

    Of the product's code, which is all that is not the library's or an engine's, each line on the way is shown. With
    TWINSTACK_TRACEBACK set, everything is.
    """
    lines, inside = lines_of(error)
    refused = failure_of(error, is_the_products=bool(lines)) or ("" if lines else _missing_extra(error))
    if os.environ.get(EVERYTHING) or not (lines or refused):
        emit([("".join(traceback.format_exception(error)), "")], sys.stderr)
    if refused:
        emit([("error: ", "bold red"), (refused, "")], sys.stderr)
        return MISTAKE
    if not lines:
        emit([("error: ", "bold red"), (BUG_WORDS, "")], sys.stderr)
        return BUG
    emit([("error: ", "bold red"), (f"{lines[-1].place}: {words_of(error, lines)}", "")], sys.stderr)
    for line in lines:
        emit([(f"  {line.place}  ", "dim"), (line.text, "")], sys.stderr)
    if inside:
        emit([(f"  it failed in {inside}: if your line is right, report this with {EVERYTHING}=1", "dim")], sys.stderr)
    return MISTAKE


def _missing_extra(error: BaseException) -> str:
    """What the library imports and only an extra brings, and how to get it."""
    package = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    return f'{package} is not installed: pip install "twinstack[{EXTRAS[package]}]"' if package in EXTRAS else ""


def lines_of(error: BaseException) -> tuple[Sequence[Line], str]:
    """The product's lines on the way to an error, the innermost last, and the place in the library where it ended."""
    if isinstance(error, SyntaxError) and error.filename and not _is_below(error.filename, LIBRARY):
        return (Line(_shown(error.filename), error.lineno or 1, (error.text or "").strip()),), ""
    lines: list[Line] = []
    inside = ""
    for frame, number in _frames(error.__traceback__):
        file = frame.f_code.co_filename
        if _is_below(file, LIBRARY):
            if frame.f_code.co_name != "__getattr__" and not _is_below(file, LIBRARY / "bindings"):
                inside = f"{Path(file).resolve().relative_to(LIBRARY.parent)}:{number}"
        elif _is_the_products(frame):
            lines.append(Line(_shown(file), number, linecache.getline(file, number).strip(), frame))
            inside = ""
        # An engine's frame leaves it with whoever called the engine.
    if not lines and isinstance(error, NotImplementedError) and (missing := _class_without(error)):
        return (missing,), ""
    return lines, inside if lines else ""


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _is_the_products(frame: FrameType) -> bool:
    """Whether it is of the product, or of a package that builds on the library as a product does."""
    name = str(frame.f_globals.get("__name__", ""))
    file = frame.f_code.co_filename
    if name.partition(".")[0] in ENGINES or not Path(file).is_file():
        return False
    if not INSTALLED & set(Path(file).parts):
        return not _is_below(file, STANDARD_LIBRARY)
    return any(_origin(value).partition(".")[0] == LIBRARY.name for value in frame.f_globals.values())


def _origin(value: Any) -> str:
    return value.__name__ if isinstance(value, ModuleType) else str(getattr(value, "__module__", ""))


def _class_without(error: NotImplementedError) -> Line | None:
    """The class, from outside the library, that lacks a method which the library then called."""
    *_, (frame, _) = _frames(error.__traceback__)
    kind = type(frame.f_locals.get("self"))
    if kind.__module__.partition(".")[0] in {LIBRARY.name, "builtins"}:
        return None
    lines, number = inspect.getsourcelines(kind)
    return Line(_shown(inspect.getfile(kind)), number, lines[0].strip())


def words_of(error: BaseException, lines: Sequence[Line]) -> str:
    """What it says, in one line, with the name that was probably meant."""
    if isinstance(error, SyntaxError):
        return f"not Python: {error.msg}"
    if isinstance(error, NotImplementedError):
        return f"{error} is not written, and the library needs it"
    frame = lines[-1].frame
    if frame is not None and isinstance(error, AttributeError | TypeError) and (kind := _never_made(frame)):
        return f"{kind}.__init__ does not call super().__init__(…) before it uses what that makes"
    said = str(error).split("\n", 1)[0].strip() or "without a word"
    said = re.sub(r" \((?:unknown location|[^()]*[/\\][^()]*)\)$", "", said)  # where a module lies is no help
    guess = _meant(error, frame)
    return f"{type(error).__name__}: {said}" + (f": did you mean {guess}?" if guess else "")


def _never_made(frame: FrameType) -> str:
    """The class whose object an engine was to know, and does not: its base class was not called."""
    made = frame.f_locals.get("self")
    if frame.f_code.co_name != "__init__" or made is None:
        return ""
    if any(one.__module__.startswith(NATIVE) for one in type(made).__mro__):
        return "" if "node" in vars(made) else type(made).__name__
    is_known = hasattr(made, "__jsii_ref__") or not hasattr(type(made), "__jsii_type__")
    return "" if is_known else type(made).__name__


def _meant(error: BaseException, frame: FrameType | None) -> str | None:
    match error:
        case AttributeError():
            match = re.search(r"'([\w.]+)'.* has no attribute '(\w+)'", str(error))
            known = _attributes(match[1], frame.f_locals | frame.f_globals) if match and frame else ()
            return nearest(match[2], known) if match else None
        case ModuleNotFoundError(name=str(name)):
            parent, _, last = name.rpartition(".")
            known = _modules(parent) if parent else ()
            found = nearest(last, known)
            return f"{parent}.{found}" if found else None
        case ImportError(name=str(name)):
            match = re.search(r"cannot import name '(\w+)'", str(error))
            return nearest(match[1], dir(importlib.import_module(name))) if match and name in sys.modules else None
        case NameError(name=str(name)):
            known = {*frame.f_locals, *frame.f_globals} if frame else ()
            return nearest(name, known)
        case _:
            return None


def _attributes(kind: str, values: Mapping[str, Any]) -> Sequence[str]:
    """The public attributes of the module of this name, or of the first value of this class."""
    found = sys.modules.get(kind) or next((value for value in values.values() if type(value).__name__ == kind), None)
    if isinstance(found, ModuleType) and hasattr(found, "__all__"):
        return [*found.__all__]
    return [name for name in dir(found) if not name.startswith("_")] if found is not None else ()


def _modules(package: str) -> Sequence[str]:
    module = sys.modules.get(package)
    return [each.name for each in pkgutil.iter_modules(getattr(module, "__path__", ()))]


def _is_below(file: str | Path, folder: Path) -> bool:
    return Path(file).resolve().is_relative_to(folder)


def _shown(file: str) -> str:
    """From the current folder, or the file and its folder."""
    path = Path(file).resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file_and_folder(path)


STANDARD_LIBRARY: Final = Path(sysconfig.get_path("stdlib")).resolve()
LIBRARY: Final = Path(__file__).resolve().parents[1]
ENGINES: Final = frozenset({*PACKAGES, "jsii"})
INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
NATIVE: Final = "twinstack.bindings.native."
EXTRAS: Final = {
    **dict.fromkeys(("cryptography", "google", "grpc", "msgpack"), "rehearse"),
    **dict.fromkeys(("boto3", "botocore"), "state"),
    "urllib3": "deliver",
    "pytest": "test",
}
"""Which extra brings what the library imports where it is asked for."""
EVERYTHING: Final = "TWINSTACK_TRACEBACK"
"""The variable that shows the traceback of a mistake as well."""
MISTAKE: Final = 2
BUG: Final = 70
"""EX_SOFTWARE of sysexits.h."""
BUG_WORDS: Final = "this is a bug of twinstack: report it with the lines above and the command that showed them"

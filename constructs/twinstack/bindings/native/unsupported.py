"""What this engine does not do, said where it is asked for, and never forgotten."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from twinstack.errors import Location, Problem, UnsupportedError

E = TypeVar("E", bound=Exception)


@dataclass(frozen=True, slots=True)
class Need:
    """Why a program needs node."""

    what: str
    """What it asked for: `cdktf.TerraformIterator`."""
    file: str = ""
    """Whose line asked for it; empty where none of the program's did, but all that it made together."""
    line: int = 0

    @property
    def location(self) -> Location | None:
        """The line, as seen from the current folder."""
        path, here = Path(self.file), Path.cwd()
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        return Location(str(shown), self.line) if self.file else None

    def __str__(self) -> str:
        return f"{self.what}, {self.location}" if self.file else self.what


def refuse(what: str, cause: BaseException | None = None, *, of: str = "") -> NoReturn:
    """Raises UnsupportedError. A program may catch it and go on, so it is raised again before anything is written.

    `of` is a package whose own lines are not the program's.
    """
    need = Need(what, *_line_of_the_program(of))
    REFUSED.append(need)
    raise unsupported(need) from cause


def meant(error: E, *, is_certain: bool = False) -> E:
    """An error that this engine raises on purpose, for it is the program's. It is certain where node would raise as well."""
    error.is_certain = is_certain  # ty: ignore[missing-attribute]
    return error


def is_meant(error: BaseException) -> bool:
    """Whether this engine raised an error on purpose."""
    return hasattr(error, "is_certain")


def require_nothing_refused() -> None:
    """Raises UnsupportedError where anything was refused before, whoever caught it."""
    if REFUSED:
        raise unsupported(REFUSED[0])


def unsupported(need: Need) -> UnsupportedError:
    """What is told where a run is held on this engine."""
    return UnsupportedError(
        Problem(
            "TW507",
            "the native engine does not do this",
            location=need.location,
            given=need.what,
            allowed="what the page on engines lists (docs/engines.md)",
            fix=_way_to_node(),
        )
    )


def _way_to_node() -> str:
    from twinstack.bindings.node import why_no_node

    if missing := why_no_node():
        return f"{missing}; the run then goes over to node by itself"
    return "unset TWINSTACK_BINDINGS: the run then goes over to node by itself; or set it to node"


def _line_of_the_program(other: str) -> tuple[str, int]:
    """The innermost line that is neither the library's, nor Python's own, nor of that other package."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        is_others = str(frame.f_globals.get("__name__")).partition(".")[0] == other
        if not (is_others or file.startswith(_OTHERS) or (file.startswith(_PYTHONS) and "-packages" not in file)):
            return file, frame.f_lineno
        frame = frame.f_back
    return "", 0


REFUSED: Final[list[Need]] = []
_OTHERS: Final = (str(Path(__file__).parents[2]), "<")
"""Where the library's lines are, and those of no file."""
_PYTHONS: Final = sysconfig.get_path("stdlib")
"""Where Python's own are, and packages may be as well."""

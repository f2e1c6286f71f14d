"""What this kernel does not do, said where it is asked for, and never forgotten."""

from __future__ import annotations

from typing import Final, NoReturn

from twinstack.errors import UnsupportedError


def refuse(what: str) -> NoReturn:
    """Raises UnsupportedError. A program may catch it and go on, so it is raised again before anything is written."""
    REFUSED.append(what)
    raise UnsupportedError(f"{what}: the native engine does not do this; set TWINSTACK_BINDINGS=node")


def require_nothing_refused() -> None:
    """Raises UnsupportedError where anything was refused before, whoever caught it."""
    if REFUSED:
        refuse(REFUSED[0])


REFUSED: Final[list[str]] = []

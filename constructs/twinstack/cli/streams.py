"""Standard input, output and error as a command may count on them, whatever it was started with."""

from __future__ import annotations

import io
import os
import sys
from typing import Final

from twinstack.printable import printable_line
from twinstack.surroundings import said


def prepare() -> None:
    """Opens what was closed, so that no file takes its place, and lets no character end a command.

    A terminal whose encoding lacks a character gets it escaped, as Python has it on stderr.
    """
    for descriptor, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  kept open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flushed(status: int) -> int:
    """Writes what waits to be written; the exit status: another one where nobody reads on, or it cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _give_up(stream.fileno())
            status = status or READER_GONE
        except OSError as error:
            _give_up(stream.fileno())
            if stream is sys.stdout:
                sys.stderr.write(f"error: standard output cannot be written: {printable_line(said(error))}\n")
            status = status or UNWRITTEN
    return status


def _give_up(descriptor: int) -> None:
    """Lets what waits go nowhere, or the interpreter would try once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


_STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
READER_GONE: Final = 141
"""128 and the number of SIGPIPE, as of any program in a pipe."""
UNWRITTEN: Final = 2

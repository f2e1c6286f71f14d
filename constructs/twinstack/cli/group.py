"""How all commands meet what their caller does: Ctrl-C, a reader that is gone, arguments that are not ours to print."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperGroup

from twinstack.cli.render import emit
from twinstack.cli.streams import READER_GONE
from twinstack.printable import printable_line


class Commands(TyperGroup):
    """The commands, each of which Ctrl-C ends with one line and the exit status that shells know it by."""

    def invoke(self, ctx: Any) -> Any:
        with _met():
            return super().invoke(ctx)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _met():
            return super().make_context(*arguments, **options)


@contextmanager
def _met() -> Generator[None]:
    """Says in one line that it was interrupted, and escapes what an error of the command line repeats of arguments."""
    try:
        yield
    except (KeyboardInterrupt, typer.Abort) as error:
        emit([("Aborted.", "bold red")], sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:  # `| head` has read enough
        raise typer.Exit(READER_GONE) from error
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "message"):
            setattr(error, "message", printable_line(str(error.message)))  # noqa: B010  its class is private to typer
        raise


INTERRUPTED: Final = 130
"""128 and the number of SIGINT."""

"""How every command ends: with the exit status of what became of it, and with its error on stderr."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from twinstack.bindings.again import begin_again_if_refused
from twinstack.cli.render import emit, report
from twinstack.cli.streams import READER_GONE
from twinstack.errors import TwinstackError


def status_of(command: Callable[[], object], or_again: Callable[[], None] = begin_again_if_refused) -> int:
    """Runs a command: its own exit status, that of an error, or 70 for a bug.

    Where the native engine was asked for what it does not do, the process begins again on node instead (`or_again`).
    """
    try:
        try:
            command()
        finally:
            if not isinstance(sys.exception(), KeyboardInterrupt):
                or_again()
    except SystemExit as end:
        if isinstance(end.code, str):
            emit([(end.code, "")], sys.stderr)
            return 1
        return end.code or 0
    except BrokenPipeError:  # `| head` has read enough
        return READER_GONE
    except TwinstackError as error:
        report(error)
        return error.exit_status
    except Exception as error:  # noqa: BLE001  the last place where a bug can be told from a mistake
        from twinstack.cli.blame import report_failure

        return report_failure(error)
    return 0


def collect_again() -> None:
    """Collects garbage from now on, but for what was imported: for a command that waits, which may take an hour."""
    gc.freeze()
    gc.enable()

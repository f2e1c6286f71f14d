"""The command line: `python -m twinstack`, or `twinstack`.

Almost nothing is imported before `main` runs, so that Ctrl-C finds somebody who answers it from the first moment.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinstack.cli.render import report

__all__ = ["main", "report"]


def main() -> None:
    """Runs the command that the arguments name, and ends the process with its exit status."""
    # A command is over before collecting its garbage would pay; a sixth of the imports' time went into it.
    gc.disable()
    try:
        from twinstack.bindings.again import own_this_process
        from twinstack.cli.ending import status_of
        from twinstack.cli.plain_command import plain_command
        from twinstack.cli.streams import flushed, prepare

        prepare()
        own_this_process()
        command = plain_command(sys.argv[1:])
        if command is None:
            from twinstack.cli.application import application as command
        status = flushed(status_of(command))
        # At its end the interpreter would look once more for what nobody holds, among all that was ever imported.
        gc.freeze()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.stderr.write("Aborted.\n")
        sys.exit(130)  # 128 and the number of SIGINT


def __getattr__(name: str) -> Any:
    if name == "report":
        from twinstack.cli.render import report

        return report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

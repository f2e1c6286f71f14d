"""The command line: `python -m twinstack`, or `twinstack`."""

from __future__ import annotations

from twinstack.cli.render import report

__all__ = ["main", "report"]


def main() -> None:
    """Runs the command that the arguments name, and ends the process with its exit status."""
    from twinstack.cli.application import run

    run()

"""A process of its own that applies a saved plan: `python -m tests.delivery.applying PROGRAM FOLDER`, for tests to end it."""

from __future__ import annotations

import sys
from pathlib import Path

from twinstack.delivery import State
from twinstack.delivery.infrastructure import Infrastructure


class Silent:
    """A Progress that nobody follows."""

    def state(self, subject: str, state: State, detail: str = "") -> None: ...

    def log(self, subject: str, line: str) -> None: ...

    def note(self, text: str) -> None: ...


def main() -> None:
    program, folder = sys.argv[1:]
    try:
        Infrastructure(program, lock_timeout_seconds=0).apply(Path(folder), Silent())
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

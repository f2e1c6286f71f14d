"""`python -m health worker|scheduler|web`: is that process of this container alive? With `ready`: did it ever get in?

Runs every few seconds on a small share of a processor, so it imports nothing but the standard library's least. The
worker and the scheduler touch a file while their loop turns; whether Redis answers is no concern of this check, since a
restart would not bring Redis back. `ready` is for a rollout, which must not go on to a process whose password is wrong:
it asks whether the process was let in once, and never again.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

FRESH_SECONDS = 60.0
"""Older than this, a heartbeat says that the loop stands still."""
BEAT_SECONDS = 5.0
"""How often a living process touches its file."""


def heartbeat_path(process: str) -> str:
    """The file that `process` touches, in the temporary folder: all else is read-only."""
    return f"{os.environ.get('TMPDIR', '/tmp').rstrip('/')}/analytics-{process}.heartbeat"  # noqa: S108  a mount of its own


def touch(process: str) -> None:
    """Say that `process` is alive now."""
    with open(heartbeat_path(process), "ab"):  # noqa: PTH123  pathlib costs more than the rest of this module
        os.utime(heartbeat_path(process))


def ready_path(process: str) -> str:
    """The file that says that `process` was let in by all it needs."""
    return heartbeat_path(process).replace(".heartbeat", ".ready")


def begin(process: str) -> None:
    """Forget what an earlier container of this pod left behind, and be alive."""
    with suppress(FileNotFoundError):
        os.remove(ready_path(process))  # noqa: PTH107  pathlib costs more than the rest of this module
    touch(process)


def mark_ready(process: str) -> None:
    """Say that `process` was let in."""
    open(ready_path(process), "ab").close()  # noqa: PTH123  as above


def is_ready(process: str) -> bool:
    """Whether `process` is alive and was let in since it began."""
    return is_fresh(process) and os.path.exists(ready_path(process))  # noqa: PTH110  as above


def is_fresh(process: str, now: float | None = None) -> bool:
    """Whether `process` was alive within the last minute."""
    try:
        touched = os.stat(heartbeat_path(process)).st_mtime  # noqa: PTH116  as above
    except OSError:
        return False
    return (time.time() if now is None else now) - touched <= FRESH_SECONDS


def web_answers(port: int = 8000) -> bool:
    """Whether the web process of this container answers."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """0 when alive, 1 when not, 2 when asked for something else."""
    match arguments:
        case ["web"]:
            return 0 if web_answers() else 1
        case ["worker" | "scheduler" as process]:
            return 0 if is_fresh(process) else 1
        case ["worker" | "scheduler" as process, "ready"]:
            return 0 if is_ready(process) else 1
        case _:
            print("usage: python -m health web | worker [ready] | scheduler [ready]", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

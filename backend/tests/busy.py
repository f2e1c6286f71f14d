"""A task that takes all of a processor, for a worker that is told to include this module."""

from __future__ import annotations

import time

from tasks.celery import app


@app.task(name="tests.burn")
def burn(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass

"""Things that go on side by side, each a generator that yields how many seconds it rests before it goes on."""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
import traceback
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx2 as httpx

from success_metrics.api import RefusedError

Course = Generator[float]


class Agenda:
    """Goes on with each course when its time has come; a new course under one name takes the place of the old."""

    def __init__(self, workers: int = 8) -> None:
        self._heap: list[tuple[float, int, str, Course]] = []
        self._current: dict[str, Course] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._pool = ThreadPoolExecutor(workers)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, name: str, course: Course) -> None:
        """Begins a course now."""
        with self._changed:
            self._current[name] = course
            self._push(0, name, course)

    def end(self, name: str) -> None:
        """Goes on no more with the course of this name."""
        with self._changed:
            self._current.pop(name, None)

    def stop(self) -> None:
        """Ends all."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _push(self, seconds: float, name: str, course: Course) -> None:
        heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._numbers), name, course))
        self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                if not self._heap:
                    self._changed.wait()
                    continue
                at, _, name, course = self._heap[0]
                if (rest := at - time.monotonic()) > 0:
                    self._changed.wait(rest)
                    continue
                heapq.heappop(self._heap)
                if self._current.get(name) is not course:
                    continue
            self._pool.submit(self._step, name, course)

    def _step(self, name: str, course: Course) -> None:
        try:
            seconds = next(course)
        except StopIteration:
            return
        except (RefusedError, httpx.HTTPError) as error:
            sys.stderr.write(f"{name} ended: {error}\n")
            return
        except Exception:  # noqa: BLE001  a thread of a pool would keep it to itself
            traceback.print_exc()
            return
        with self._changed:
            if self._current.get(name) is course:
                self._push(max(seconds, _LEAST_SECONDS), name, course)


_LEAST_SECONDS: Final = 0.01

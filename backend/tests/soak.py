"""A load that goes on while each server is lost in turn: `python -m tests.soak RATE SECONDS`.

One web process, a worker and the scheduler on their own PostgreSQL and Redis get the requests of `tests.load`. In each
fifth of the time something is killed and back after a twentieth: PostgreSQL, Redis, the worker, the scheduler; in the
last fifth nothing is. Then it is counted: every accepted event once, and what each process's memory was. Ends with 1 where
an event was lost or counted twice, or a process ended by itself.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import uvloop

from tests.conftest import Stack, token
from tests.load import GOOD, Outcome, generate, percentile
from tests.servers import Postgres, Process, RedisServer, python, wait_until

UNLIMITED = {"RATE_LIMIT_PER_MINUTE": "10000000", "RATE_LIMIT_PER_HOUR": "10000000"}
EVERY_SECONDS = 1.0


class Memory:
    """What a process and its children keep resident, looked at again and again: MiB by the second."""

    def __init__(self, process: Callable[[], Process]) -> None:
        self._process = process
        self.seen: list[tuple[float, float]] = []

    def look(self, second: float) -> None:
        """Note what there is now; nothing of a process that is away."""
        pages = sum(map(_resident, _family(self._process().process.pid)))
        if pages:
            self.seen.append((second, pages * 4096 / 2**20))

    def between(self, first: float, last: float) -> float:
        """The most in these seconds."""
        return max((mib for second, mib in self.seen if first <= second < last), default=0.0)


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        return [process, *(one for child in children.read_text().split() for one in _family(int(child)))]
    except OSError:
        return []


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0


class Soak:
    """The processes, and who is lost when."""

    def __init__(self, stack: Stack, seconds: int) -> None:
        self.stack, self.seconds = stack, seconds
        self.web = stack.web(**UNLIMITED)
        self.worker, self.scheduler = stack.worker(), stack.scheduler()
        self.memory = {
            "web process": Memory(lambda: self.web.process),
            "worker": Memory(lambda: self.worker),
            "scheduler": Memory(lambda: self.scheduler),
        }

    @property
    def outages(self) -> Sequence[tuple[str, Callable[[], object], Callable[[], object]]]:
        """Who is lost, and how it comes back."""
        return (
            ("PostgreSQL", self.stack.postgres.stop, self.stack.postgres.start),
            ("Redis", self.stack.redis.stop, self.stack.redis.start),
            ("worker", lambda: self.worker.kill(), self._new_worker),
            ("scheduler", lambda: self.scheduler.kill(), self._new_scheduler),
        )

    def run(self, rate: int) -> Outcome:
        """Load it to the end."""
        over = threading.Event()
        begun = time.monotonic()
        losing = threading.Thread(target=self._lose, args=(begun,))
        looking = threading.Thread(target=self._look, args=(begun, over))
        losing.start()
        looking.start()
        port = int(self.web.address.rpartition(":")[2])
        outcome = uvloop.run(generate(port, rate, self.seconds, [token() for _ in range(20)]))
        losing.join()
        over.set()
        looking.join()
        return outcome

    def _lose(self, begun: float) -> None:
        fifth = self.seconds / (len(self.outages) + 1)
        for number, (name, lose, bring_back) in enumerate(self.outages):
            time.sleep(max(0.0, begun + fifth * (number + 0.5) - time.monotonic()))
            lose()
            print(f"{time.monotonic() - begun:.0f} s: {name} is away", flush=True)
            time.sleep(self.seconds / 20)
            bring_back()
            print(f"{time.monotonic() - begun:.0f} s: {name} is back", flush=True)

    def _look(self, begun: float, over: threading.Event) -> None:
        while not over.wait(EVERY_SECONDS):
            for one in self.memory.values():
                one.look(time.monotonic() - begun)

    def _new_worker(self) -> None:
        self.worker = self.stack.start(
            "worker", "celery", "-A", "tasks", "worker", "-l", "info", "--concurrency", "2"
        )  # fmt: skip

    def _new_scheduler(self) -> None:
        self.scheduler = self.stack.scheduler()

    @property
    def ended(self) -> list[str]:
        """Who ended by itself."""
        there = {"web process": self.web.process, "worker": self.worker, "scheduler": self.scheduler}
        return [name for name, one in there.items() if one.process.poll() is not None]


def counted(postgres: Postgres) -> tuple[set[str], int]:
    """The events that are marked as counted, and what all the counts come to."""
    with psycopg.connect(postgres.url()) as connection:
        marked = {str(row[0]) for row in connection.execute("SELECT id FROM events WHERE rolled_up")}
        row = connection.execute("SELECT coalesce(sum(count), 0) FROM daily_counts").fetchone()
        return marked, int(row[0]) if row else 0


def main(arguments: Sequence[str]) -> int:
    """Load, lose, count."""
    rate, seconds = map(int, arguments)
    postgres, redis = Postgres(), RedisServer()
    stack = Stack(Path(tempfile.mkdtemp(prefix="analytics-soak-")), postgres, redis, "http://127.0.0.1:1")
    try:
        done = python("-m", "migrate", variables=stack.migration_variables)
        assert done.returncode == 0, done.stdout
        soak = Soak(stack, seconds)
        outcome = soak.run(rate)
        accepted = set(outcome.accepted)
        wait_until(lambda: accepted <= counted(postgres)[0], 1)
        marked, total = counted(postgres)
        statuses = ", ".join(f"{number} of {status}" for status, number in sorted(outcome.statuses.items()))
        good = sum(outcome.statuses[status] for status in GOOD)
        print(
            f"{rate}/s for {seconds} s: {statuses}; {100 * good / outcome.sent.total():.2f} % served; "
            f"p50 {percentile(outcome.served, 50):.0f}, p99 {percentile(outcome.served, 99):.0f}, worst "
            f"{percentile(outcome.served, 100):.0f} ms; refused p99 {percentile(outcome.refused, 99):.0f}, worst "
            f"{percentile(outcome.refused, 100):.0f} ms"
        )
        print(f"{len(accepted)} events accepted, {len(accepted - marked)} lost, {total - len(marked)} counted twice")
        for name, one in soak.memory.items():
            parts = [one.between(seconds * part / 5, seconds * (part + 1) / 5) for part in range(5)]
            print(f"{name}: {', '.join(f'{mib:.0f}' for mib in parts)} MiB, the most in each fifth of the time")
        if ended := soak.ended:
            print(f"ended by itself: {', '.join(ended)}")
        return int(bool(ended or accepted - marked or total != len(marked)))
    finally:
        for process in stack.processes:
            process.kill()
        redis.stop()
        postgres.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

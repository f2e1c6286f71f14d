"""The load minute, and what needs as long and no processor: it all waits during the same sixty seconds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from tests.service import configuration
from tests.service.client import Client
from tests.service.load import EVENT, Outcome
from tests.service.processes import PATIENCE_SECONDS, wait_until
from tests.service.service import Container, Service, Web


@dataclass
class Minute:
    """What was done before, measured during and read after the load."""

    limited: Client
    answers_over_the_rate: Sequence[httpx.Response]
    refused_at: float
    health_over_the_rate: int
    other_client_meanwhile: int
    patient: Client
    lost_export: str
    """An export that was ordered while the bucket was away, which it was the whole minute."""
    begun: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)
    events_before: int = 0
    loaded: Web | None = None
    memory: dict[str, float] = field(default_factory=dict)
    ended_beat: tuple[int, float] = (0, 0.0)
    """The status of a beat that was told to end before the minute, and the seconds it took."""
    ended_beat_health: int = 0
    """The health command's status for it after the minute."""
    stopped: dict[str, int] = field(default_factory=dict)
    """The health command's status of processes that were held the whole minute."""
    resumed: dict[str, int] = field(default_factory=dict)
    """The same once they were let go."""


def spend(service: Service, web: Web, worker: Container, scheduler: Container, idle: Service) -> Minute:
    """One minute of 200 requests a second, with another stack's processes held by STOP meanwhile."""
    ended = idle.scheduler("scheduler-ended")
    begun = time.monotonic()
    status = ended.stop()
    seconds = time.monotonic() - begun
    held = {"worker": idle.worker(), "scheduler": idle.scheduler()}
    loaded = service.web("backend-load", RATE_LIMIT_PER_MINUTE=UNLIMITED, RATE_LIMIT_PER_HOUR=UNLIMITED)
    client = loaded.client()
    service.store.stop()
    minute = _before(web)
    minute.ended_beat = status, seconds
    minute.loaded = loaded
    minute.events_before = client.count(EVENT)
    for container in held.values():
        container.signal(signal.SIGSTOP)
    minute.begun = time.time()
    try:
        minute.outcome = _load(loaded, client)
        if minute.outcome.failures and minute.outcome.lateness > STARVED:
            # Somebody else had the processors: that minute says nothing of the service. A second one has to.
            service.wait_until_idle()
            minute.events_before = client.count(EVENT)
            minute.outcome = _load(loaded, client)
        processes = {"backend": loaded, "worker": worker, "scheduler": scheduler}
        minute.memory = {name: process.memory_mib for name, process in processes.items()}
        minute.stopped = {name: container.health() for name, container in held.items()}
        minute.ended_beat_health = ended.health()
    finally:
        for container in held.values():
            container.signal(signal.SIGCONT)
        wait_until(lambda: service.rows("SELECT id FROM failed_tasks"), "the worker to give the export up")
        service.store.start()
    minute.resumed = {name: _settled_health(container) for name, container in held.items()}
    return minute


def _before(web: Web) -> Minute:
    """An export without a bucket, and a client that goes over its rate."""
    patient = web.client()
    ordered = patient.post("/api/exports")
    assert ordered.status_code == 202, ordered.text
    client = web.client()
    allowed = int(web.variables["RATE_LIMIT_PER_MINUTE"])
    answers = [client.get("/api/summary") for _ in range(allowed + 1)]
    refused_at = time.time()
    return Minute(
        limited=client,
        answers_over_the_rate=answers,
        refused_at=refused_at,
        health_over_the_rate=client.get("/health").status_code,
        other_client_meanwhile=web.client().get("/api/summary").status_code,
        patient=patient,
        lost_export=ordered.json()["id"],
    )


def _load(web: Web, client: Client) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.load", web.url, str(RATE), str(SECONDS)],
        input=client.token,
        cwd=configuration.ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS + PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    return Outcome(**read | {"sent": Counter(read["sent"]), "failures": Counter(read["failures"])})


def _settled_health(container: Container) -> int:
    """Its health once it has had the time to say so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (status := container.health()) and time.monotonic() < end:
        time.sleep(0.5)
    return status


RATE: Final = 200
SECONDS: Final = 60
STARVED: Final = 150
"""Milliseconds after its time that a request left: on a machine that is the test's alone it is a fraction of them."""
UNLIMITED: Final = "1000000"

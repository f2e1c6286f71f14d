"""The service's own processes on one set of servers: each shut in like its container, with its own variables alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.ports import free_port
from tests.service import configuration
from tests.service.client import Client
from tests.service.confinement import confinement
from tests.service.processes import PATIENCE_SECONDS, Process, run, wait_until
from tests.service.servers import ObjectStore, Postgres, Redis
from twinstack.environment import WorkloadSpec

BACKEND_VENV: Final = Path(os.environ.get("SERVICE_BACKEND_VENV", configuration.ROOT / "backend" / ".venv"))
"""Where the service's locked requirements are installed."""


class Container(Process):
    """A process of the service, and the temporary folder that is all it may write to."""

    def __init__(
        self, name: str, command: Sequence[str], *, variables: Mapping[str, str], code: Path, folder: Path
    ) -> None:
        self.tmp = folder / f"{name}-tmp"
        self.tmp.mkdir()
        self.tmp.chmod(0o1777)
        self.confinement = confinement(BACKEND_VENV / "bin" / "python")
        tmp = "/tmp" if self.confinement.has_own_tmp else str(self.tmp)
        super().__init__(
            name,
            self.confinement.command([part.replace("/tmp/", f"{tmp}/") for part in command], self.tmp),
            environment={
                "PATH": f"{BACKEND_VENV / 'bin'}:{os.defpath}",
                "HOME": "/nonexistent",
                "TMPDIR": tmp,
                **variables,
            },
            folder=code,
            log=folder / f"{name}.log",
        )

    def run(self, command: Sequence[str], **variables: str) -> tuple[int, str]:
        """The status and output of another command in it, as `kubectl exec` would run it."""
        return run(
            self.confinement.command(command, self.tmp),
            environment=self.environment | variables,
            folder=self.folder,
        )

    def health(self) -> int:
        """The status of the health command that the environment object names for it."""
        workload = configuration.environment().specs[self.name.partition("-")[0]]
        return self.run(workload.health.command)[0]


class Web(Container):
    """The web service on a port of its own."""

    def __init__(self, name: str, *, variables: Mapping[str, str], code: Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = dict(variables)
        self.clients: list[Client] = []
        super().__init__(name, configuration.web_command(self.port), variables=variables, code=code, folder=folder)

    def is_listening(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=PATIENCE_SECONDS).status_code == 200
        except httpx.TransportError:
            return False

    def health(self) -> int:
        """The image's HEALTHCHECK, which asks port 8000, for this port."""
        script = f"import sys, health; sys.exit(not health.web_answers({self.port}))"
        return self.run(["python", "-c", script])[0]

    def client(self, subject: str | None = None) -> Client:
        """A client that is signed in as this subject, or as one of its own."""
        made = Client(self.url, self.variables, subject)
        self.clients.append(made)
        return made

    def kill(self) -> None:
        for client in self.clients:
            client.close()
        super().kill()


@dataclass
class Service:
    """One database, one Redis, and the processes that were started on them."""

    folder: Path
    code: Path
    postgres: Postgres
    redis: Redis
    store: ObjectStore
    processes: list[Process] = field(default_factory=list)

    def values(self) -> dict[str, str]:
        """Every variable of .env.example, for these servers."""
        port = int(self.store.url.rpartition(":")[2])
        return configuration.example_values(database=self.postgres.port, cache=self.redis.port, bucket=port)

    def start_servers(self) -> None:
        self.postgres.start()
        self.redis.start()

    def web(self, name: str = "backend", **overrides: str) -> Web:
        """A web service that answers."""
        web = Web(name, variables=self._variables("backend", overrides), code=self.code, folder=self.folder)
        self._start(web)
        web.wait_until(web.is_listening)
        return web

    def worker(self, name: str = "worker", **overrides: str) -> Container:
        """A worker that is ready for tasks."""
        worker = self.container(name, "worker", **overrides)
        self._start(worker)
        worker.wait_until(lambda: " ready." in worker.output or "worker_ready" in worker.output)
        return worker

    def scheduler(self, name: str = "scheduler") -> Container:
        """Beat, once it has begun."""
        scheduler = self.container(name, "scheduler")
        self._start(scheduler)
        scheduler.wait_until(lambda: scheduler.health() == 0)
        return scheduler

    def container(self, name: str, key: str, **overrides: str) -> Container:
        """A workload's container that is not started."""
        spec = configuration.environment().specs[key]
        assert isinstance(spec, WorkloadSpec)
        variables = self._variables(key, overrides)
        return Container(name, spec.command, variables=variables, code=self.code, folder=self.folder)

    def queue_length(self) -> int:
        return self.redis.client.llen("celery")

    def rows(self, statement: str, *parameters: object) -> list[tuple]:
        """What the superuser sees in the service's database."""
        return self.postgres.rows(configuration.DATABASE, statement, *parameters)

    def wait_until_idle(self) -> None:
        """Until no task waits and none is worked on."""
        wait_until(
            lambda: not self.queue_length() and not self.redis.client.hlen("unacked"),
            "every task to be worked off",
        )

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
        self.redis.kill()
        self.postgres.kill()

    def _variables(self, key: str, overrides: Mapping[str, str]) -> dict[str, str]:
        spec = configuration.environment().specs[key]
        assert isinstance(spec, WorkloadSpec)
        variables = configuration.variables_of(spec, self.values())
        unknown = overrides.keys() - variables.keys()
        assert not unknown, f"{key} is not given {sorted(unknown)}"
        return variables | overrides

    def _start(self, process: Process) -> None:
        process.start()
        self.processes.append(process)

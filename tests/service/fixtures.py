"""The servers and services that the tests share, what a failed test shows, and the table at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.service import configuration
from tests.service.minute import Minute, spend
from tests.service.processes import Process, run
from tests.service.servers import ObjectStore, Postgres, Redis
from tests.service.service import BACKEND_VENV, Container, Service, Web

_FOUND = pytest.StashKey[list[tuple[str, str, str]]]()
_BEGUN = pytest.StashKey[float]()


@dataclass
class Stacks:
    """Makes services on fresh servers; the database is a copy of one that was migrated once."""

    folder: Path
    code: Path
    store: ObjectStore
    template: Postgres
    migrations: list[tuple[int, str]] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)

    def make(self) -> Service:
        number = len(self.services)
        folder = self.folder / f"stack-{number}"
        folder.mkdir()
        folder.chmod(0o755)
        database = self.template.copy(folder / "database", free_port())
        service = Service(folder, self.code, database, Redis(folder / "cache", free_port()), self.store)
        self.services.append(service)
        service.start_servers()
        return service

    def migrate(self) -> None:
        """As in the cluster: the init container makes the role, then the migration runs; here two at once, and again."""
        self.template.initialize()
        self.template.start()
        self.template.execute(
            "postgres",
            f"CREATE ROLE {configuration.ADMIN} LOGIN CREATEDB CREATEROLE PASSWORD '{configuration.ADMIN_PASSWORD}'",
            f"CREATE DATABASE {configuration.DATABASE} OWNER {configuration.ADMIN}",
        )
        self.template.execute(configuration.DATABASE, f"ALTER SCHEMA public OWNER TO {configuration.ADMIN}")
        job = self.migration()
        status, output = run(configuration.role_command(), environment=job.environment, folder=self.folder)
        assert status == 0, f"the application's role was not made:\n{output}"
        second = self.migration("migration-2")
        for one in (job, second):
            one.start()
        self.migrations += [(one.wait(), one.output) for one in (job, second)]
        self.migrations.append(job.run(configuration.environment().migration.command))
        self.template.stop()

    def migration(self, name: str = "migration") -> Container:
        """The migration's container on the template."""
        spec = configuration.environment().migration
        values = configuration.example_values(database=self.template.port, cache=1, bucket=1)
        variables = configuration.variables_of(spec, values)
        return Container(name, spec.command, variables=variables, code=self.code, folder=self.folder)


@pytest.fixture(scope="session")
def stacks() -> Iterator[Stacks]:
    """The folder is outside /tmp, which each container has another of."""
    folder = Path(tempfile.mkdtemp(prefix="service-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    python = BACKEND_VENV / "bin" / "python"
    assert python.exists(), f"{python} does not exist: scripts/service-test.sh makes it"
    store = ObjectStore(folder / "store", free_port(), configuration.environment().exports.bucket_name)
    template = Postgres(folder / "template", free_port())
    made = Stacks(folder, configuration.copy_of_code(folder / "code"), store, template)
    try:
        store.start()
        made.migrate()
        yield made
    finally:
        for process in Process.started:
            process.kill()
        if not os.environ.get("SERVICE_TEST_KEEP"):
            shutil.rmtree(folder, onerror=_make_writable)


@pytest.fixture(scope="session")
def service(stacks: Stacks) -> Service:
    """The stack of the tests that break nothing."""
    return stacks.make()


@pytest.fixture(scope="session")
def web(service: Service) -> Web:
    """Its web service, with the limits of .env.example."""
    return service.web()


@pytest.fixture(scope="session")
def worker(service: Service) -> Container:
    """Its worker."""
    return service.worker()


@pytest.fixture(scope="session")
def scheduler(service: Service, worker: Container) -> Container:
    """Its one beat, and the worker that does what it orders."""
    return service.scheduler()


@pytest.fixture(scope="session")
def minute(stacks: Stacks, service: Service, web: Web, worker: Container, scheduler: Container) -> Minute:
    """The load minute, spent once."""
    idle = stacks.make()
    try:
        return spend(service, web, worker, scheduler, idle)
    finally:
        idle.close()


@pytest.fixture
def fresh(stacks: Stacks) -> Iterator[Service]:
    """A stack of the test's own, to be broken."""
    made = stacks.make()
    yield made
    made.close()


@pytest.fixture
def shown(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Records a line of the table: what was shown, and the figure."""
    found = request.config.stash.setdefault(_FOUND, [])
    return lambda what, figure: found.append((request.node.name, what, figure))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    item.stash[_BEGUN] = time.time()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Adds to a failure the end of what each process printed that ran during the test."""
    report = yield
    if report.failed:
        for process in Process.started:
            if not process.stopped_at or process.stopped_at > item.stash[_BEGUN]:
                report.sections.append((f"{process.name}, {process.log}", process.output[-_TAIL:]))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_FOUND, [])
    if not found:
        return
    terminalreporter.section("what was shown")
    width = max(len(what) for _, what, _ in found)
    for _, what, figure in found:
        terminalreporter.line(f"{what:<{width}}  {figure}")


def _make_writable(function: Callable[[str], object], path: str, _: object) -> None:
    """The copy of the code is read-only, for its owner too."""
    Path(path).parent.chmod(0o755)
    if Path(path).is_dir():
        Path(path).chmod(0o755)
    function(path)


_TAIL = 3000

"""An apply that is interrupted, killed, or met by a second one: what is left, who has the lock, and how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.cloud import Here, Told, here
from twinstack.delivery import State
from twinstack.errors import StateLockedError
from twinstack.rehearsal.schema_provider import SchemaProvider
from twinstack.terraform.program import PROGRAMS

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 300
SLOW = "aws_eks_cluster"
ADDRESS = "aws_eks_cluster.cluster"


class Gate:
    """What holds the cluster's creation up until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()


class SlowProvider(SchemaProvider):
    gate = Gate()

    def call(self, method: str, request: Any, connection: str) -> Any:
        if method == "ApplyResourceChange" and request.type_name == SLOW:
            self.gate.reached.set()
            assert self.gate.opened.wait(PATIENCE_SECONDS)
        return super().call(method, request, connection)


@pytest.fixture
def gate() -> Iterator[Gate]:
    SlowProvider.gate = Gate()
    yield SlowProvider.gate
    SlowProvider.gate.opened.set()


@pytest.fixture
def prod(tmp_path: Path, server: str, program: str, gate: Gate) -> Iterator[Here]:
    """analytics-prod planned, its cluster slow to come."""
    with here(tmp_path, server, program, provider=SlowProvider) as found:
        found.infrastructure.plan(found.folder)
        yield found
        gate.opened.set()


@pytest.fixture
def applying(prod: Here, gate: Gate) -> Iterator[subprocess.Popen[bytes]]:
    """A process that applies it, and waits for the cluster."""
    environment = {**prod.infrastructure.environment, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'constructs'}"}
    command = [sys.executable, "-m", "tests.delivery.applying", str(prod.infrastructure.program), str(prod.folder)]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, start_new_session=True)
    assert gate.reached.wait(PATIENCE_SECONDS)
    yield process
    gate.opened.set()
    process.kill()
    process.wait()


def terraform_of(process: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (found,) = [int(one) for one in children if Path(f"/proc/{one}/comm").read_text().strip() in PROGRAMS]
    return found


def wait_for_end(pid: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with suppress(FileNotFoundError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.05)
                continue
        return
    raise AssertionError(f"process {pid} has not ended")


def finish(prod: Here) -> Told:
    told = Told()
    prod.infrastructure.apply(prod.folder, told)
    assert prod.infrastructure.plan(prod.folder).is_empty
    return told


def test_somebody_elses_lock_is_named_and_not_forced(prod: Here, applying: subprocess.Popen[bytes], gate: Gate) -> None:
    with pytest.raises(StateLockedError) as locked:
        prod.infrastructure.plan(prod.copy("other").folder)
    (problem,) = locked.value.problems
    assert (problem.code, locked.value.exit_status) == ("TW974", 3)
    assert f"@{os.uname().nodename}, apply, since 20" in problem.given
    assert "force-unlock" in problem.fix
    gate.opened.set()
    assert applying.wait(PATIENCE_SECONDS) == 0, "it was let be"


def test_an_interrupt_lets_terraform_end_what_it_began(
    prod: Here, applying: subprocess.Popen[bytes], gate: Gate
) -> None:
    os.killpg(applying.pid, signal.SIGINT)
    time.sleep(0.5)
    os.killpg(applying.pid, signal.SIGINT)  # a second Ctrl-C does not reach Terraform
    time.sleep(0.5)
    gate.opened.set()
    assert applying.wait(PATIENCE_SECONDS) == 130
    told = finish(prod)
    assert told.of(ADDRESS) == [], "it was made, and is in the state"
    assert told.of("aws_eks_addon.cluster_metrics_server")[-1] is State.CREATED


def test_a_caller_that_is_killed_leaves_terraform_at_its_work(
    prod: Here, applying: subprocess.Popen[bytes], gate: Gate
) -> None:
    terraform = terraform_of(applying)
    applying.kill()
    applying.wait()
    gate.opened.set()
    wait_for_end(terraform)
    assert prod.infrastructure.plan(prod.folder).is_empty, "all was made, and the lock was given back"


def test_a_terraform_that_is_killed_leaves_a_lock_and_the_plan_goes_on_after_it(
    prod: Here, applying: subprocess.Popen[bytes], gate: Gate
) -> None:
    terraform = terraform_of(applying)
    os.kill(terraform, signal.SIGKILL)
    assert applying.wait(PATIENCE_SECONDS) == 1
    gate.opened.set()
    with pytest.raises(StateLockedError) as locked:
        prod.infrastructure.apply(prod.folder, Told())
    lock = locked.value.problems[0].fix.partition("force-unlock ")[2].partition("`")[0]
    prod.infrastructure.unlock(prod.folder, lock)
    assert finish(prod).of(ADDRESS)[-1] is State.CREATED


def test_what_stops_a_deploy_stops_terraform_first(prod: Here, gate: Gate) -> None:
    class SupersededError(Exception):
        pass

    def stop() -> None:
        if gate.reached.is_set():
            threading.Timer(0.5, gate.opened.set).start()
            raise SupersededError

    told = Told()
    with pytest.raises(SupersededError):
        prod.infrastructure.apply(prod.folder, told, stop=stop)
    assert told.of(ADDRESS)[-1] is State.CREATED
    assert "aws_eks_addon.cluster_metrics_server" not in {
        subject for subject, state, _ in told.states if state is State.CREATED
    }
    finish(prod)

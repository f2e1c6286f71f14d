"""A product that shares files is brought out by one command, its first release too: its cluster learns by itself which file
system it is. The driver is played, and does as the real one: it binds a claim once a ConfigMap names the file system.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.whole.place import Place, aws_variables, kubeconfig, plain_variables
from tests.starting.lent import Lend
from twinstack.errors import TwinstackError
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.places import Places
from twinstack.terraform.program import PROGRAMS

pytestmark = pytest.mark.slow
ARN = "arn:aws:eks:us-east-1:123456789012:cluster/acme-shared-dev"


@contextmanager
def driver(plane: ControlPlane, namespace: str, claim: str) -> Generator[None]:
    """Binds the claim as soon as the ConfigMap that its class refers to says which file system it is."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.2):
            try:
                found = plane.api.get("v1", "ConfigMap", claim, namespace) or {}
                wanted = plane.api.get("v1", "PersistentVolumeClaim", claim, namespace)
            except TwinstackError:
                continue
            if wanted and (found.get("data") or {}).get("file-system-id"):
                Places(plane.api).provide(wanted)
                return

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def shared(plane: ControlPlane, server: str, lend_bindings: Lend, tmp_path: Path) -> Generator[Place]:
    program = next((one for one in PROGRAMS if shutil.which(one)), None)
    if program is None:
        pytest.skip("neither Terraform nor OpenTofu is on the path")
    place = Place(tmp_path, plain_variables(kubeconfig(plane, tmp_path / "kubeconfig", arn=ARN)))
    place.ended(
        0, "init", "shared", "--organization", "acme", "--region", "us-east-1", "--environments", "dev",
        "--workload", "web_service:web", "--resource", "file_system:media", "--account", "123456789012",
        "--new-cluster", "--no-edge",
    )  # fmt: skip
    place = replace(place, folder=tmp_path / "shared")
    lend_bindings(place.folder)
    place.ended(0, "synth", "dev")
    (stack,) = place.folder.glob("cdktf.out/stacks/*/cdk.tf.json")
    with aws_variables(json.loads(stack.read_text(encoding="utf-8")), server, plane, program) as cloud:
        yield place.told(**cloud)


def told(plane: ControlPlane) -> str:
    found = plane.api.get("v1", "ConfigMap", "shared-media", "shared")
    return str(((found or {}).get("data") or {}).get("file-system-id", ""))


def test_a_first_release_tells_the_cluster_which_file_system_it_is(shared: Place, plane: ControlPlane) -> None:
    refused = shared.ended(2, "deploy", "dev", "1.0.0", "--yes", "--half", "workloads")
    assert "error TW949" in refused.said
    assert plane.api.get("v1", "Namespace", "shared") is None
    shared.ended(3, "plan", "dev", "--version", "1.0.0", "--out", "first")
    with driver(plane, "shared", "shared-media"):
        deployed = shared.ended(0, "deploy", "--release", "first")
    known = told(plane)
    assert f"ConfigMap shared/shared-media is told file-system-id: {known}" in " ".join(deployed.said.split())
    assert "nothing to do" in shared.ended(0, "deploy", "--release", "first").out
    assert re.fullmatch(r"\S+", known)
    # The next ones leave it there: the workloads alone, and a rollback.
    shared.ended(0, "deploy", "dev", "1.1.0", "--yes", "--half", "workloads")
    shared.ended(0, "rollback", "dev", "1.0.0", "--yes")
    assert told(plane) == known
    assert "differs" not in shared.ended(0, "status", "dev").out
    shared.ended(0, "plan", "dev", "--version", "1.0.0", "--out", "same")

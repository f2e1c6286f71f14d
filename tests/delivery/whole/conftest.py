"""What the whole of delivery stands on here: one real control plane with simulated nodes, and products to bring out."""

from __future__ import annotations

import base64
import json
import shutil
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.delivery.cloud import STACK
from tests.delivery.whole.place import Place, aws_variables, kubeconfig, never_ready, plain_variables
from tests.planes import Planes, whole
from tests.starting.lent import Lend
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install
from twinstack.terraform.program import PROGRAMS

ROOT = Path(__file__).parents[3]
CLUSTER = "arn:aws:eks:us-west-2:123456789012:cluster/shadower-analytics"


@contextmanager
def _with_definitions() -> Generator[ControlPlane]:
    with whole(nodes=6, pod_start_seconds=0, autoscaler_sync_seconds=1) as started:
        install(started.api, all_built_in())
        never_ready(started)
        yield started


@pytest.fixture(scope="module")
def plane(planes: Planes) -> Iterator[ControlPlane]:
    with planes.lent("delivery/whole", _with_definitions) as started:
        yield started


@pytest.fixture(scope="module")
def analytics(
    plane: ControlPlane, server: str, lend_bindings: Lend, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """This repository's product in a folder of its own, with an empty cloud and an empty cluster."""
    program = next((one for one in PROGRAMS if shutil.which(one)), None)
    if program is None:
        pytest.skip("neither Terraform nor OpenTofu is on the path")
    folder = tmp_path_factory.mktemp("analytics")
    for name in ("stacks", "environments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "main.py", "cdktf.json"):
        shutil.copy(ROOT / name, folder)
    lend_bindings(folder)
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).read()
    production = folder / "environments" / "prod.yaml"
    text = production.read_text(encoding="utf-8")
    assert "watch_seconds: 90" in text
    production.write_text(text.replace("watch_seconds: 90", "watch_seconds: 0"), encoding="utf-8")  # nobody waits here
    variables = plain_variables(kubeconfig(plane, folder / "kubeconfig", arn=CLUSTER))
    with aws_variables(json.loads(STACK.read_text()), server, plane, program) as cloud:
        yield Place(folder, {**variables, **cloud})


@pytest.fixture
def stranger(plane: ControlPlane) -> str:
    """The token of somebody whom the cluster knows, and who may do nothing there."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "stranger", "namespace": "default"}}
    named = {"kubernetes.io/service-account.name": "stranger"}
    token = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "stranger", "namespace": "default", "annotations": named},
        "type": "kubernetes.io/service-account-token",
    }
    for one in (account, token):
        answer = plane.api.create(one)
        assert not answer.refusal, answer.refusal
    until = time.monotonic() + 300
    while time.monotonic() < until:
        found = plane.api.get("v1", "Secret", "stranger", "default") or {}
        if "token" in found.get("data", {}):
            return base64.b64decode(found["data"]["token"]).decode()
        time.sleep(0.1)
    raise AssertionError("the cluster gave no token")

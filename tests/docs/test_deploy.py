"""What the page on deploying names exists in what is made for prod, and a real API server takes it in that order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from docs_generator.blocks import blocks_of
from tests.docs.checks import REPOSITORY
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

PAGE: Final = REPOSITORY / "docs" / "how-to" / "deploy.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
REVIEWED: Final = REPOSITORY / "tests" / "golden" / "prod"
CRDS: Final = REPOSITORY / "constructs" / "twinstack" / "rehearsal" / "crds"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The Terraform half of prod, as it was reviewed."""
    return json.loads((REVIEWED / "cdk.tf.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """The Kubernetes half."""
    files = sorted(REVIEWED.glob("*.k8s.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def test_each_output_that_is_named_is_one(document: dict[str, Any]) -> None:
    named = set(re.findall(r"terraform output -raw (\w+)", TEXT))
    assert {"cluster_kubeconfig", "edge_url"} <= named
    assert named <= document["output"].keys()
    assert [name for name in document["output"] if name.startswith("credentials_provide_")]


def test_the_state_bucket_is_the_one_to_make(document: dict[str, Any]) -> None:
    assert "`{organization}-terraform-state`" in TEXT
    assert document["terraform"]["backend"]["s3"]["bucket"] == "shadower-terraform-state"


def test_the_wrong_credentials_make_nothing(document: dict[str, Any]) -> None:
    assert document["provider"]["aws"][0]["allowed_account_ids"]


def test_each_selector_selects_something(manifests: list[dict[str, Any]]) -> None:
    released = {"1.5.0": manifests[0]["metadata"]["labels"].get("app.kubernetes.io/version", "1.0.0")}
    found = re.findall(r"(?<= )(job|deployment) --selector[ \\\n]+(\S+)", TEXT)
    assert len(found) >= 4
    for kind, written in found:
        wanted = dict(pair.split("=") for pair in written.split(","))
        wanted = {name: released.get(value, value) for name, value in wanted.items()}
        labels = [one["metadata"]["labels"] for one in manifests if one["kind"].lower() == kind]
        assert any(wanted.items() <= each.items() for each in labels), f"no {kind} has {wanted}"


def test_the_migration_comes_before_what_runs() -> None:
    (pattern,) = set(re.findall(r"dist/analytics-prod/(\[\d+\]\*\.yaml)", TEXT))
    first = {file.name for file in REVIEWED.glob(pattern)}
    assert "20-migration.k8s.yaml" in first
    kinds = {one["kind"] for name in first for one in yaml.safe_load_all((REVIEWED / name).read_text(encoding="utf-8"))}
    assert kinds & {"Deployment", "Ingress"} == set()


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server")
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the path")
def test_an_api_server_takes_the_files_in_the_order_of_the_page(tmp_path: Path) -> None:
    (block,) = [block.text for block in blocks_of(PAGE) if "tests/docs/test_deploy.py" in block.directive]
    script = "\n".join(line for line in block.splitlines() if line.startswith("for ") or "kubectl apply" in line)
    assert script.count("kubectl apply") == 2
    shutil.copytree(REVIEWED, tmp_path / "dist" / "analytics-prod", ignore=shutil.ignore_patterns("*.json"))
    assets = tmp_path / "assets"
    assets.mkdir()
    for name in ("etcd", "kube-apiserver"):
        (assets / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(assets) as plane:
        ran = subprocess.run(
            ["bash", "-euc", f"kubectl apply --filename {CRDS} && {{ {script}\n}}"],
            cwd=tmp_path,
            env=os.environ | {"KUBECONFIG": str(plane.kubeconfig)},
            capture_output=True,
            text=True,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "deployment.apps/analytics-backend created" in ran.stdout
    assert re.search(r"job.batch/analytics-migration-\S+ unchanged", ran.stdout)

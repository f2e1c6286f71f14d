"""What the page on plain manifests says of an object that is there already, on a real API server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import blocks_of
from tests.docs.checks import REPOSITORY
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.testing import Twins

PAGE: Final = REPOSITORY / "docs" / "how-to" / "from-manifests.md"
CRDS: Final = REPOSITORY / "constructs" / "twinstack" / "rehearsal" / "crds"
OLD: Final = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: analytics-backend, namespace: analytics}
spec:
  replicas: 3
  selector: {matchLabels: {SELECTOR: analytics-backend}}
  template:
    metadata: {labels: {SELECTOR: analytics-backend}}
    spec: {containers: [{name: backend, image: "shadower/analytics-backend:latest"}]}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server"),
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the path"),
]


class Cluster:
    """A cluster with the old Deployment in it, and the new manifests in a folder."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self.kubeconfig = kubeconfig
        self.folder = folder

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"KUBECONFIG": str(self.kubeconfig)}
        return subprocess.run(
            ["bash", "-euc", script], cwd=self.folder, env=environment, capture_output=True, text=True
        )

    def begin(self, selector: str) -> None:
        """The old Deployment, and no other."""
        (self.folder / "old.yaml").write_text(OLD.replace("SELECTOR", selector))
        began = self.run("kubectl delete deployment --all --namespace analytics; kubectl apply --filename old.yaml")
        assert began.returncode == 0, began.stderr

    def replicas(self) -> str:
        get = "kubectl get deployment analytics-backend --namespace analytics --output jsonpath={.spec.replicas}"
        return self.run(get).stdout


@pytest.fixture(scope="module")
def cluster(twin: Twins, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("manifests")
    (folder / "new.yaml").write_text(twin("prod").files["30-backend.k8s.yaml"])
    assets = folder / "assets"
    assets.mkdir()
    for name in ("etcd", "kube-apiserver"):
        (assets / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(assets) as plane:
        started = Cluster(plane.kubeconfig, folder)
        assert started.run(f"kubectl create namespace analytics; kubectl apply --filename {CRDS}").returncode == 0
        yield started


def test_replicas_become_one_where_kubectl_remembers_them(cluster: Cluster) -> None:
    cluster.begin("app")
    assert cluster.run("kubectl apply --filename new.yaml").returncode == 0
    assert cluster.replicas() == "1"


def test_replicas_stay_after_what_the_page_says(cluster: Cluster) -> None:
    cluster.begin("app")
    (advice,) = [block.text for block in blocks_of(PAGE) if "set-last-applied" in block.text]
    assert cluster.run(advice).returncode == 0
    assert cluster.run("kubectl apply --filename new.yaml").returncode == 0
    assert cluster.replicas() == "3"


def test_another_selector_is_seen_and_refused(cluster: Cluster) -> None:
    cluster.begin("name")
    (look,) = [block.text for block in blocks_of(PAGE) if "SELECTOR" in block.text]
    assert "map[name:analytics-backend]" in cluster.run(look).stdout
    assert "field is immutable" in cluster.run("kubectl apply --filename new.yaml").stderr

"""Whoever releases applies the product's namespace on a real API server, and is refused everything beyond it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes.manifests import Manifest, read
from twinstack.testing import Twins

CRDS = Path(__file__).parents[2] / "constructs" / "twinstack" / "rehearsal" / "crds"
GROUP = "twinstack:analytics:deployers"

pytestmark = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE) or shutil.which("kubectl") is None, reason="no control plane, or no kubectl"
)


def kubectl(plane: ControlPlane, *arguments: str, group: str = "", text: str = "") -> subprocess.CompletedProcess[str]:
    """As an administrator, or as somebody whom EKS' access entry puts into one group."""
    who = [f"--as-group={group}", "--as-group=system:authenticated", "--as=deployer"] if group else []
    command = ["kubectl", f"--kubeconfig={plane.kubeconfig}", *who, *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", ["alb", "nginx"])
def test_a_deployer_releases_the_namespace_and_nothing_else(twin: Twins, kind: str, tmp_path: Path) -> None:
    made = twin("prod", {"cluster.deployers": ["release"], "edge.kind": kind}).files
    for name, content in made.items():
        if name.endswith(".k8s.yaml"):
            (tmp_path / name).write_text(content)
    manifests, problems = read(tmp_path)
    assert problems == []
    administrators = [one for one in manifests if Path(one.location.file).name.startswith("00-")]
    released = [one for one in manifests if one not in administrators]
    assert {one.data["metadata"].get("namespace") for one in released} == {"analytics"}
    assert {"Namespace", "Role", "RoleBinding"} <= {one.kind for one in administrators}
    with ControlPlane.start(nodes=1, zones=1) as plane:
        assert kubectl(plane, "apply", "--server-side", f"--filename={CRDS}").returncode == 0
        _refused(plane, administrators)
        done = kubectl(plane, "apply", "--server-side", "--filename=-", text=_text(administrators))
        assert done.returncode == 0, done.stderr
        for arguments in (["apply", "--server-side"], ["diff"]):
            done = kubectl(plane, *arguments, "--filename=-", group=GROUP, text=_text(released))
            assert done.returncode == 0, done.stderr
        _refused(plane, [one for one in administrators if one.kind != "NetworkPolicy"])
        for verb, what in (("get", "secrets"), ("create", "pods/exec"), ("create", "rolebindings"), ("get", "nodes")):
            asked = kubectl(plane, "auth", "can-i", verb, what, "--namespace=analytics", group=GROUP)
            assert asked.stdout.strip() == "no", (verb, what)
        for verb, what in (("get", "pods"), ("get", "pods/log"), ("delete", "jobs"), ("watch", "replicasets")):
            asked = kubectl(plane, "auth", "can-i", verb, what, "--namespace=analytics", group=GROUP)
            assert asked.stdout.strip() == "yes", (verb, what)
        asked = kubectl(plane, "auth", "can-i", "create", "deployments", "--namespace=default", group=GROUP)
        assert asked.stdout.strip() == "no"


def _refused(plane: ControlPlane, manifests: list[Manifest]) -> None:
    """Each of them: kubectl goes on after one that it may not apply."""
    apply = ("apply", "--server-side", "--force-conflicts", "--filename=-")
    done = kubectl(plane, *apply, group=GROUP, text=_text(manifests))
    assert (done.returncode != 0, done.stdout) == (True, "")
    refused = [line for line in done.stderr.splitlines() if "forbidden" in line]
    assert [one.title for one in manifests if not any(f'"{one.name}" is forbidden' in line for line in refused)] == []
    assert len(refused) == len(manifests), done.stderr


def _text(manifests: list[Manifest]) -> str:
    return "\n---\n".join(one.text for one in manifests)

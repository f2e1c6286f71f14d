"""What the page on deploying names exists in what is made for prod, and a real API server takes it in that order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from docs_generator.blocks import blocks_of
from tests.docs.checks import REPOSITORY
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

PAGE: Final = REPOSITORY / "docs" / "how-to" / "deploy.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
(STEP_3,) = (block.text for block in blocks_of(PAGE) if "tests/docs/test_deploy.py" in block.directive)
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
    named = set(re.findall(r"terraform (?:-chdir=\S+ )?output -raw (\w+)", TEXT))
    assert {"cluster_kubeconfig", "edge_url"} <= named
    assert named <= document["output"].keys()
    assert [name for name in document["output"] if name.startswith("integrations_provide_")]


def test_the_state_bucket_is_the_one_to_make(document: dict[str, Any]) -> None:
    assert "`{organization}-terraform-state{suffix}`" in TEXT
    assert document["terraform"]["backend"]["s3"]["bucket"] == "shadower-terraform-state"


def test_the_wrong_credentials_make_nothing(document: dict[str, Any]) -> None:
    assert document["provider"]["aws"][0]["allowed_account_ids"]


def test_each_selector_selects_something(manifests: list[dict[str, Any]]) -> None:
    released = {"1.5.0": manifests[0]["metadata"]["labels"].get("app.kubernetes.io/version", "1.0.0")}
    found = re.findall(r"(?<= )(job|deployment) --selector[ \\\n]+(\S+)", TEXT)
    assert len(found) >= 2
    for kind, written in found:
        wanted = dict(pair.split("=") for pair in written.split(","))
        wanted = {name: released.get(value, value) for name, value in wanted.items()}
        labels = [one["metadata"]["labels"] for one in manifests if one["kind"].lower() == kind]
        assert any(wanted.items() <= each.items() for each in labels), f"no {kind} has {wanted}"


def test_the_migration_comes_before_what_runs() -> None:
    pattern = re.findall(r"dist/analytics-prod/(\[\d+\]\*\.yaml)", STEP_3)[0]
    first = {file.name for file in REVIEWED.glob(pattern)}
    assert "20-migration.k8s.yaml" in first
    kinds = {one["kind"] for name in first for one in yaml.safe_load_all((REVIEWED / name).read_text(encoding="utf-8"))}
    assert kinds & {"Deployment", "Ingress"} == set()


def test_a_return_runs_no_job_and_leaves_nothing_else_out() -> None:
    (pattern,) = re.findall(r"dist/analytics-prod/(\[\d+\]\*\.yaml)", TEXT.partition("## Rolling back")[2])
    left_out = {file.name for file in REVIEWED.glob("*.k8s.yaml")} - {file.name for file in REVIEWED.glob(pattern)}
    assert left_out == {"20-migration.k8s.yaml"}


def test_what_a_release_names_is_all_that_its_pods_read(manifests: list[dict[str, Any]]) -> None:
    """What the page's pattern does not find, a reader deletes."""
    (pattern,) = re.findall(r"grep -rhoE '(\S+)' dist/analytics-prod", TEXT)
    texts = (file.read_text(encoding="utf-8") for file in REVIEWED.glob("*.k8s.yaml"))
    kept = {found[0] for text in texts for found in re.finditer(pattern, text)}
    named = {
        one["metadata"]["name"]
        for one in manifests
        if one["kind"] in {"SecretProviderClass", "ConfigMap"} and one["metadata"].get("namespace") == "analytics"
    }
    assert len(named) > 2
    assert named <= kept


def test_a_deployer_leaves_out_the_administrators_files_and_no_other() -> None:
    section = TEXT.partition("### Who may release")[2].partition("\n### ")[0]
    patterns = set(re.findall(r"\[[\d-]+\]\*\.yaml", section)) - {"[012]*.yaml"}
    found = {pattern: {file.name for file in REVIEWED.glob(pattern)} for pattern in patterns}
    everything = {file.name for file in REVIEWED.glob("*.k8s.yaml") if not file.name.startswith("00-")}
    assert found == {
        "[12]*.yaml": {"10-config.k8s.yaml", "20-migration.k8s.yaml"},
        "[1-4]*.yaml": everything,
        "[134]*.yaml": everything - {"20-migration.k8s.yaml"},
    }


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server")
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the path")
def test_a_migration_that_failed_is_tried_again_and_only_a_good_one_brings_the_release(tmp_path: Path) -> None:
    """The commands of step 3, as they stand on the page; no controller runs, so this test ends the Job."""
    shutil.copytree(REVIEWED, tmp_path / "dist" / "analytics-prod", ignore=shutil.ignore_patterns("*.json"))
    assets = tmp_path / "assets"
    assets.mkdir()
    for name in ("etcd", "kube-apiserver"):
        (assets / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    script = "\n".join(line for line in STEP_3.splitlines() if "rollout status" not in line)
    with ControlPlane.start(assets) as plane:
        release = Release(tmp_path, os.environ | {"KUBECONFIG": str(plane.kubeconfig)})
        release.kubectl("apply", "--filename", str(CRDS))
        failed, output = release.run(script, FAILED)
        assert "deployment.apps/analytics-backend created" not in output
        good, output = release.run(script, COMPLETE)
        assert f'job.batch "{failed}" deleted' in output
        assert good == failed, "it has the same name"
        assert "deployment.apps/analytics-backend created" in output
        again, output = release.run(script, None)
        assert again == good, "a release that is applied again migrates nothing"
        assert "deployment.apps/analytics-backend unchanged" in output


@dataclass(frozen=True)
class Release:
    """A folder with the manifests, and a cluster to apply them to."""

    folder: Path
    variables: dict[str, str]

    def run(self, script: str, end: dict[str, Any] | None) -> tuple[str, str]:
        """The Job that there is then, and what the commands said; a Job that runs is ended like this."""
        started = subprocess.Popen(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            while end is not None and not self._end(end):
                assert started.poll() is None, started.communicate()
                time.sleep(0.2)
            output, _ = started.communicate(timeout=600)
        finally:
            started.kill()
        return self.job(), output

    def _end(self, status: dict[str, Any]) -> bool:
        """Ends the Job that runs, if one does."""
        running = [one for one in self._jobs() if not one.get("status", {}).get("conditions")]
        for job in running:
            self.kubectl(
                "patch", "job", job["metadata"]["name"], "--namespace", "analytics", "--subresource", "status",
                "--type", "merge", "--patch", json.dumps({"status": status}),
            )  # fmt: skip
        return bool(running)

    def job(self) -> str:
        (one,) = self._jobs()
        return str(one["metadata"]["name"])

    def _jobs(self) -> list[dict[str, Any]]:
        return json.loads(self.kubectl("get", "jobs", "--all-namespaces", "--output", "json"))["items"]

    def kubectl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["kubectl", *arguments], cwd=self.folder, env=self.variables, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


NOW: Final = "2026-11-28T00:00:00Z"


def _condition(kind: str) -> dict[str, str]:
    return {"type": kind, "status": "True", "lastTransitionTime": NOW, "reason": "Test", "message": "ended by the test"}


FAILED: Final = {"startTime": NOW, "failed": 1, "conditions": [_condition("FailureTarget"), _condition("Failed")]}
COMPLETE: Final = {
    "startTime": NOW,
    "completionTime": NOW,
    "succeeded": 1,
    "conditions": [_condition("SuccessCriteriaMet"), _condition("Complete")],
}

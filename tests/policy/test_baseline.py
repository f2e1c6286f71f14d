"""What is accepted reaches checkov where a pipeline runs it by itself: its own baseline leaves out that, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from twinstack.policy.baseline import baseline, readable
from twinstack.policy.scan import Failed, scan

GOLDEN = Path(__file__).parents[1] / "golden/prod"
CHECKOV = shutil.which("checkov")


def test_a_baseline_names_each_finding_of_each_resource_as_checkov_does() -> None:
    accepted = [
        Failed(
            "CKV_AWS_18", "aws_s3_bucket", "aws_s3_bucket.exports", "", file="/cdk.tf.json", said="resource.exports"
        ),
        Failed("CKV_AWS_1", "aws_s3_bucket", "aws_s3_bucket.exports", "", file="/cdk.tf.json", said="resource.exports"),
        Failed(
            "CKV_K8S_43", "Deployment", "Deployment.shop.web", "", file="/30-web.k8s.yaml", said="Deployment.shop.web"
        ),
        Failed("does-not-exist", "Deployment", "Deployment shop/web", ""),
    ]
    assert json.loads(baseline(accepted)) == {
        "failed_checks": [
            {
                "file": "/30-web.k8s.yaml",
                "findings": [{"resource": "Deployment.shop.web", "check_ids": ["CKV_K8S_43"]}],
            },
            {
                "file": "/cdk.tf.json",
                "findings": [{"resource": "resource.exports", "check_ids": ["CKV_AWS_1", "CKV_AWS_18"]}],
            },
        ]
    }


def test_what_checkov_cannot_read_is_left_out() -> None:
    document = {"terraform": {}, "moved": [], "removed": [], "import": [], "resource": {}, "data": {}}
    assert set(json.loads(readable(document))) == {"resource", "data"}


@pytest.mark.slow
@pytest.mark.skipif(CHECKOV is None, reason="checkov is not on the path")
def test_checkov_finds_nothing_more_with_its_baseline_and_everything_else_without(tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(GOLDEN, manifests, ignore=shutil.ignore_patterns("*.json"))
    report = scan(GOLDEN / "cdk.tf.json", manifests)
    assert report.failed == []
    # One that nobody has accepted: it has to be found still.
    document: Any = json.loads((GOLDEN / "cdk.tf.json").read_bytes())
    document["resource"]["aws_s3_bucket"]["other"] = {"bucket": "other"}
    copy = tmp_path / "terraform"
    copy.mkdir()
    (copy / "cdk.tf.json").write_text(readable(document))
    (manifests / "other.yaml").write_text(json.dumps(POD))
    file = tmp_path / "prod.baseline"
    file.write_text(baseline(one for one, _ in report.accepted))
    options = ("--skip-download", "--output", "json", "--compact", "--baseline", str(file))
    for framework, folder in (("terraform_json", copy), ("kubernetes", manifests)):
        command = [str(CHECKOV), "--directory", str(folder), "--framework", framework, *options]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
        assert {one["resource"].rpartition(".")[2] for one in said["results"]["failed_checks"]} == {"other"}


POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "other", "namespace": "shop"},
    "spec": {"containers": [{"name": "other", "image": "registry.example/other:latest"}]},
}


@pytest.mark.slow
@pytest.mark.skipif(CHECKOV is None, reason="checkov is not on the path")
@pytest.mark.parametrize("name", ["prod", "prod-nginx", "prod-gateway"])
def test_checkov_finds_nothing_in_production_behind_any_edge_that_is_not_accepted(name: str, tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(GOLDEN.parent / name, manifests, ignore=shutil.ignore_patterns("*.json"))
    assert scan(GOLDEN.parent / name / "cdk.tf.json", manifests).failed == []

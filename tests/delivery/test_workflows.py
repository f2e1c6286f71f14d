"""The workflows of analytics: what is committed is what the environments say, and it is what was asked for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stacks import product
from twinstack.delivery.workflows import files_of
from twinstack.delivery.workflows.actions import PINS

ROOT: Final = Path(__file__).parents[2]
WORKFLOWS: Final = ("deploy", "drift", "pull-request")
VERIFIED: Final = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/setup-node": "820762786026740c76f36085b0efc47a31fe5020",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "actions/attest-build-provenance": "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32",
    "actions/github-script": "ed597411d8f924073f98dfc5c65a23a2325f34cd",
    "docker/login-action": "4907a6ddec9925e35a0a9e82d7399ccc52663121",
    "docker/setup-buildx-action": "37fe631027851001ddb9b187196cc803df7f5f0e",
    "docker/build-push-action": "53b7df96c91f9c12dcc8a07bcb9ccacbed38856a",
    "codecov/codecov-action": "671740ac38dd9b0130fbe1cec585b89eea48d3de",
    "aws-actions/configure-aws-credentials": "e6de054238d6b7531b4efff3b6587d9aade6a06c",
    "hashicorp/setup-terraform": "dfe3c3f87815947d99a8997f908cb6525fc44e9e",
}
"""Each read from the action's own repository in August 2026; another commit is judged by a person, in a pull request."""


@cache
def files() -> dict[str, str]:
    return {str(path): text for path, text in files_of(product.load_all(), ROOT).items()}


@cache
def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(files()[f".github/workflows/{name}.yml"], Loader=yaml.BaseLoader)
    return found


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(name, job, body) for name in WORKFLOWS for job, body in workflow(name)["jobs"].items()]


def steps() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}.{job}", step) for name, job, body in jobs() for step in body["steps"]]


def needed_by(job: dict[str, Any]) -> list[str]:
    return job.get("needs", [])


@pytest.mark.parametrize("path", [str(path) for path in files_of(product.load_all(), ROOT)])
def test_what_is_committed_is_what_the_environments_say_byte_for_byte(path: str) -> None:
    assert (ROOT / path).read_bytes() == files()[path].encode(), "run `twinstack workflows`"


def test_nothing_else_lies_beside_them() -> None:
    assert {path.name for path in (ROOT / ".github" / "workflows").iterdir()} == {f"{name}.yml" for name in WORKFLOWS}


def test_every_action_is_pinned_by_a_commit_that_was_verified_with_its_version() -> None:
    lines = [line for text in files().values() for line in text.splitlines() if "uses:" in line]
    assert len(lines) > 50
    for line in lines:
        action, commit = re.fullmatch(r" +(?:- )?uses: (\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line).groups()  # type: ignore[union-attr]
        assert VERIFIED[action] == commit
    assert {pin.action: pin.commit for pin in PINS} == VERIFIED


def test_a_workflow_has_no_right_and_each_job_the_least() -> None:
    for name in WORKFLOWS:
        assert workflow(name)["permissions"] == {}
    wanted = {
        "approval": {"actions": "read"},
        "changes": {"contents": "read"},
        "build-and-push": {"contents": "read", "packages": "write", "id-token": "write", "attestations": "write"},
        "comment": {"pull-requests": "write"},
        "compare": {"contents": "read", "id-token": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
        "plan": {"contents": "read", "id-token": "write"},
        "rehearse": {"contents": "read"},
        "report": {"issues": "write"},
        "test": {"contents": "read"},
    }
    for _, job, body in jobs():
        kind = next(kind for kind in wanted if job.startswith(kind))
        assert body["permissions"] == wanted[kind], job


def test_every_job_ends_and_no_checkout_keeps_its_token() -> None:
    assert all(int(body["timeout-minutes"]) <= 120 for _, _, body in jobs())
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_nothing_that_others_write_stands_in_a_command() -> None:
    for place, step in steps():
        assert "${{" not in step.get("run", ""), place
        assert "${{" not in step.get("with", {}).get("script", ""), place
    triggers = {trigger for name in WORKFLOWS for trigger in workflow(name)["on"]}
    assert triggers == {"push", "pull_request", "schedule", "workflow_dispatch"}, (
        "none that runs strangers' code with rights"
    )


def test_a_role_is_taken_for_code_of_the_repository_alone() -> None:
    for name, job, body in jobs():
        takes = [step for step in body["steps"] if "configure-aws-credentials" in step.get("uses", "")]
        if takes and name == "pull-request":
            assert "github.event.pull_request.head.repo.full_name == github.repository" in body["if"], job
            assert "dependabot[bot]" in body["if"], job
            assert body["environment"].endswith("-plan")
        for step in takes:
            role = step["with"]["role-to-assume"].rpartition("/")[2]
            assert ("-deploy" in role) is job.startswith("deploy-")


def test_the_requirements_workflow_is_recognized() -> None:
    deploy = workflow("deploy")
    assert deploy["on"] == {
        "push": {"branches": ["main", "production"]},
        "pull_request": {"branches": ["main", "production"]},
    }
    test, build = deploy["jobs"]["test-backend"], deploy["jobs"]["build-and-push"]
    assert test["steps"][2]["working-directory"] == "backend"
    assert "pytest --cov=. --cov-report=xml" in test["steps"][2]["run"]
    assert test["steps"][3]["uses"].startswith("codecov/codecov-action@")
    assert build["if"] == "github.event_name == 'push'"
    assert "test-backend" in needed_by(build)
    pushed = [step["with"] for step in build["steps"] if "build-push-action" in step.get("uses", "")]
    assert [(one["context"], one["tags"]) for one in pushed] == [
        ("backend", "ghcr.io/shadower/analytics-backend:${{ github.sha }}"),
        ("frontend", "ghcr.io/shadower/analytics-frontend:${{ github.sha }}"),
    ]
    assert {(one["push"], one["provenance"], one["sbom"]) for one in pushed} == {("true", "mode=max", "true")}
    assert "refs/heads/production" in deploy["jobs"]["plan-prod"]["if"]


def test_what_was_planned_is_deployed_after_its_approval() -> None:
    deploy = workflow("deploy")["jobs"]
    assert needed_by(deploy["deploy-prod"]) == ["plan-prod", "approval-prod"]
    assert deploy["deploy-prod"]["environment"] == "prod"
    assert deploy["deploy-prod"]["runs-on"] == ["self-hosted", "linux", "analytics-prod"]
    kept = next(step for step in deploy["plan-prod"]["steps"] if "upload-artifact" in step.get("uses", ""))["with"]
    fetched = next(step for step in deploy["deploy-prod"]["steps"] if "download-artifact" in step.get("uses", ""))[
        "with"
    ]
    assert kept["name"] == fetched["name"] == "release-prod"
    assert kept["include-hidden-files"] == "true", "Terraform's lock file begins with a dot"
    assert deploy["deploy-prod"]["steps"][-1]["run"] == ".venv/bin/twinstack deploy --release release --yes"


def test_every_workload_runs_the_digest_that_was_built() -> None:
    plan = next(step for step in workflow("deploy")["jobs"]["plan-prod"]["steps"] if step.get("id") == "plan")
    given = dict(re.findall(r'--set "(\w+)\.digest=\$(\w+)"', plan["run"]))
    backend, frontend = "ANALYTICS_BACKEND_DIGEST", "ANALYTICS_FRONTEND_DIGEST"
    assert given == {
        "backend": backend, "worker": backend, "scheduler": backend, "migration": backend, "frontend": frontend,
    }  # fmt: skip
    assert plan["env"][backend] == "${{ needs.build-and-push.outputs.analytics-backend }}"


def test_a_release_goes_to_dev_before_staging() -> None:
    deploy = workflow("deploy")["jobs"]
    assert needed_by(deploy["plan-staging"]) == ["build-and-push", "plan-dev", "deploy-dev"]
    assert "approval-dev" not in deploy


def test_the_night_compares_each_environment_with_its_own_branch() -> None:
    drift = workflow("drift")["jobs"]
    branches = {job: body["steps"][0]["with"]["ref"] for job, body in drift.items() if job.startswith("compare-")}
    assert branches == {"compare-dev": "main", "compare-staging": "main", "compare-prod": "production"}


def test_dependabot_looks_at_everything_that_has_a_version() -> None:
    updates = yaml.safe_load(files()[".github/dependabot.yml"])["updates"]
    found = {one["package-ecosystem"]: one.get("directories", [one.get("directory")]) for one in updates}
    assert found == {
        "github-actions": ["/"],
        "pip": ["/", "/backend"],
        "npm": ["/", "/frontend"],
        "docker": ["/backend", "/frontend"],
    }

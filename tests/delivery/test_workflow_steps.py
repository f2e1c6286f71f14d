"""Every script of the workflows that needs no GitHub is run; what is not says why."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.delivery.workflow_steps import ROOT, checkout, program, run, step, steps
from tests.starting.lent import Lend

NOT_RUN: Final = {
    "Find the cluster": "asks AWS for the cluster's address",
    "Deploy what was planned": "one command, run by tests/delivery against a real control plane",
}
SUITE: Final = ("deploy", "test-halves", "Run tests")
"""Runs these tests."""
RUN: Final = {
    "Install twinstack", "Check the environments", "Synthesize both halves", "Rehearse both halves",
    "Install twinstack on both sides", "Say what the change does",
    "Plan", "Plan the infrastructure", "Compare with what is there", "Refuse to go on where GitHub asks nobody", "Run tests",
    "Judge the plan",
}  # fmt: skip


def test_every_script_is_run_here_or_says_why_not() -> None:
    found = {one.name for one in steps() if "run" in one.body}
    assert found == RUN | {*NOT_RUN}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, lend_bindings: Lend) -> Path:
    folder = checkout(tmp_path_factory.mktemp("work") / "analytics")
    lend_bindings(folder)
    return folder


def test_a_pull_request_is_checked_and_synthesized(repository: Path) -> None:
    for name in ("Install twinstack", "Check the environments", "Synthesize both halves"):
        done = run(step("pull-request", "rehearse", name), repository)
        assert done.status == 0, done.text
    assert (repository / "dist" / "analytics-prod" / "30-backend.k8s.yaml").is_file()


def test_workflows_that_are_not_what_the_environments_say_are_refused(tmp_path: Path) -> None:
    changed = checkout(tmp_path / "analytics")
    with (changed / ".github" / "workflows" / "deploy.yml").open("a") as file:
        file.write("# by hand\n")
    done = run(step("pull-request", "rehearse", "Check the environments"), changed)
    assert done.status == 1
    assert ".github/workflows/deploy.yml differs" in done.text


@pytest.mark.slow
@pytest.mark.skipif("KUBEBUILDER_ASSETS" not in os.environ, reason="KUBEBUILDER_ASSETS is not set: no control plane")
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
def test_a_pull_request_is_rehearsed_on_a_whole_control_plane(repository: Path, tmp_path: Path) -> None:
    """Which lies there already: its script loads nothing then."""
    script = step("pull-request", "rehearse", "Rehearse both halves")
    loads = subprocess.run(
        [sys.executable, "-m", "twinstack", "control-plane", "--script"], capture_output=True, text=True, check=True
    )
    (version,) = re.findall(r"^kubernetes=(\S+)", loads.stdout, re.MULTILINE)
    place = tmp_path / "twinstack" / "control-plane" / version
    shutil.copytree(os.environ["KUBEBUILDER_ASSETS"], place)
    (place / ".complete").touch()
    done = run(script, repository, XDG_CACHE_HOME=str(tmp_path))
    assert done.status == 0, done.text


def test_what_changes_is_what_the_pull_request_changed_with_its_line(tmp_path: Path, lend_bindings: Lend) -> None:
    for side in ("old", "new"):
        lend_bindings(checkout(tmp_path / "work" / side))
    base = tmp_path / "work" / "new" / "environments" / "base.yaml"
    base.write_text(base.read_text().replace("cpu: 250m, memory: 256Mi", "cpu: 300m, memory: 256Mi", 1))
    for name in ("Install twinstack on both sides", "Say what the change does"):
        done = run(step("pull-request", "changes", name), tmp_path / "work")
        assert done.status == 0, done.text
    for name in ("dev", "staging", "prod"):
        text = (tmp_path / "work" / "comment" / f"diff-{name}.md").read_text()
        (changed,) = [one for one in text.splitlines() if one.startswith("  - ")]
        assert "containers[backend].resources.requests.cpu` `250m` → `300m`, restarts" in changed
        assert "because of `environments/base.yaml:" in changed
        assert "`backend.resources.requests.cpu`" in changed


@pytest.fixture
def twinstack(tmp_path: Path) -> Path:
    """A repository whose twinstack says what it was asked, and ends as it is told."""
    folder = tmp_path / "work" / "analytics"
    written = 'for file in "$@"; do case "$file" in *.md) echo "### what $1 does" >"$file" ;; esac; done'
    said = f'echo "twinstack $*"; mkdir -p release; {written}; exit "$(cat "$1.status")"'
    program(folder / ".venv" / "bin", "twinstack", said)
    return folder


@pytest.mark.parametrize(("status", "changes"), [(0, "false"), (3, "true")])
def test_a_plan_says_whether_somebody_has_to_be_asked(twinstack: Path, status: int, changes: str) -> None:
    (twinstack / "plan.status").write_text(str(status))
    digests = {"ANALYTICS_BACKEND_DIGEST": "sha256:1", "ANALYTICS_FRONTEND_DIGEST": "sha256:2"}
    done = run(step("deploy", "plan-prod", "Plan"), twinstack, GITHUB_SHA="0a1b2c3", **digests)
    assert (done.status, done.outputs) == (0, {"changes": changes})
    assert done.text.splitlines() == [
        "twinstack plan prod --version 0a1b2c3 --out release --set backend.digest=sha256:1 --set worker.digest=sha256:1 "
        "--set scheduler.digest=sha256:1 --set migration.digest=sha256:1 --set frontend.digest=sha256:2 --markdown plan.md"
    ]
    assert done.summary == "### what plan does\n"


@pytest.mark.parametrize("status", [1, 2, 70])
def test_a_plan_that_fails_deploys_nothing(twinstack: Path, status: int) -> None:
    (twinstack / "plan.status").write_text(str(status))
    digests = {"ANALYTICS_BACKEND_DIGEST": "sha256:1", "ANALYTICS_FRONTEND_DIGEST": "sha256:2"}
    done = run(step("deploy", "plan-prod", "Plan"), twinstack, GITHUB_SHA="0a1b2c3", **digests)
    assert (done.status, done.outputs) == (status, {})


@pytest.mark.parametrize("status", [0, 2, 3])
def test_a_plan_that_does_not_pass_is_not_kept_and_says_why(twinstack: Path, status: int) -> None:
    (twinstack / "gate.status").write_text(str(status))
    done = run(step("deploy", "plan-prod", "Judge the plan"), twinstack)
    assert (done.status, done.outputs) == (status, {})
    # Reviewers are asked afterwards: they are the person that a change which interrupts takes.
    assert done.text.splitlines() == ["twinstack gate release --up-to exposes"]
    assert done.summary == "\n    twinstack gate release --up-to exposes\n"


@pytest.mark.parametrize(("status", "ends"), [(0, 0), (3, 0), (1, 1), (2, 2)])
def test_the_plan_of_a_pull_request_is_kept_for_the_comment(twinstack: Path, status: int, ends: int) -> None:
    (twinstack / "plan.status").write_text(str(status))
    done = run(step("pull-request", "plan-dev", "Plan the infrastructure"), twinstack, GITHUB_SHA="0a1b2c3")
    assert done.status == ends
    assert (twinstack / "comment" / "plan-dev.md").read_text() == "### what plan does\n"


@pytest.mark.parametrize(
    ("plan", "status", "found", "ends"),
    [
        (0, 0, False, 0),
        (3, 0, True, 0),
        (0, 3, True, 0),
        (3, 3, True, 0),
        (1, 0, False, 1),
        (0, 1, False, 1),
        (3, 2, True, 2),
    ],
)
def test_the_night_tells_what_differs_and_fails_where_it_cannot_look(
    twinstack: Path, plan: int, status: int, found: bool, ends: int
) -> None:
    (twinstack / "plan.status").write_text(str(plan))
    (twinstack / "status.status").write_text(str(status))
    program(twinstack.parent / "bin", "git", "echo 0a1b2c3")
    done = run(step("drift", "compare-prod", "Compare with what is there"), twinstack, path=twinstack.parent / "bin")
    assert done.status == ends, done.text
    report = twinstack / "drift" / "prod.txt"
    assert report.is_file() is found
    if found:
        assert report.read_text().splitlines() == [
            "twinstack plan prod --version 0a1b2c3 --half infrastructure --out release",
            "twinstack status prod",
        ]


@pytest.mark.parametrize(
    ("rules", "goes_on"),
    [
        ("required_reviewers branch_policy", True),
        ("branch_policy wait_timer required_reviewers", True),
        ("branch_policy", False),
        ("required_reviewers", False),
        ("", False),
    ],
)
def test_where_github_asks_nobody_nothing_is_deployed(tmp_path: Path, rules: str, goes_on: bool) -> None:
    program(tmp_path / "bin", "gh", f'[ "$2" = repos/shadower/analytics/environments/prod ] && echo "{rules}"')
    (tmp_path / "work").mkdir()
    done = run(
        step("deploy", "approval-prod", "Refuse to go on where GitHub asks nobody"),
        tmp_path / "work",
        path=tmp_path / "bin",
    )
    assert (done.status == 0) is goes_on
    assert ("::error::" in done.text) is not goes_on


def test_an_environment_that_is_not_there_asks_nobody(tmp_path: Path) -> None:
    program(tmp_path / "bin", "gh", "echo 'gh: Not Found (HTTP 404)' >&2; exit 1")
    (tmp_path / "work").mkdir()
    done = run(
        step("deploy", "approval-prod", "Refuse to go on where GitHub asks nobody"),
        tmp_path / "work",
        path=tmp_path / "bin",
    )
    assert done.status == 1
    assert "shadower/platform" in done.text, "who has to be set there"


@pytest.mark.slow
@pytest.mark.parametrize("part", ["backend", "frontend"])
def test_the_tests_of_a_part_run_in_a_fresh_checkout(tmp_path: Path, part: str) -> None:
    """A few of them: `make backend` and `make frontend` run all, and they are the same commands."""
    fresh = checkout(tmp_path / "analytics", with_tools=False)
    done = run(step("deploy", f"test-{part}", "Run tests"), fresh, PYTEST_ADDOPTS="-k settings", PIP_COMPILE="0")
    assert done.status == 0, done.text
    if part == "backend":
        assert (fresh / "backend" / "coverage.xml").is_file()


def test_the_suite_runs_itself_and_nothing_of_it_twice() -> None:
    assert step(*SUITE).script.strip() == "make test"
    assert "\ntest: " in (ROOT / "Makefile").read_text()

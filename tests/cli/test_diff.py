"""`twinstack diff`: what it compares with, how it ends, and what machines get."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stacks import product
from tests.changes.test_difference_schema import validated
from tests.changes.test_former import at, git  # noqa: F401  the product in a repository
from twinstack import Product
from twinstack.changes.revision import Repository
from twinstack.cli import diff as command
from twinstack.cli.application import application
from twinstack.cli.ending import status_of
from twinstack.cli.users import users_of
from twinstack.delivery import Release, planning
from twinstack.delivery.infrastructure_plan import InfrastructurePlan
from twinstack.delivery.planning import Planned
from twinstack.errors import ConfigurationError

GOLDEN = Path(__file__).parents[1] / "golden" / "prod"
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types `twinstack diff …` about the product of this repository."""
    monkeypatch.setattr(command, "find_reference", lambda: ("stacks:product", product.root))

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twinstack", "diff", *map(str, arguments)])
        status = status_of(application)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The outputs of production, as they were kept from a former day."""
    stack, manifests = tmp_path / "cdktf.out" / "stacks" / "analytics-prod", tmp_path / "dist" / "analytics-prod"
    stack.mkdir(parents=True)
    manifests.mkdir(parents=True)
    for file in GOLDEN.iterdir():
        shutil.copy(file, manifests if file.name.endswith(".k8s.yaml") else stack)
    return tmp_path


def test_nothing_different_ends_with_0_and_says_so(typed: Typed, kept: Path) -> None:
    status, out, err = typed("prod", "--against", kept)
    assert (status, err) == (0, "")
    assert out.splitlines() == [f"analytics-prod  the present (1.0.0) against {kept}", "nothing is different"]


def test_a_change_ends_with_3_and_is_told_with_the_line_that_made_it(typed: Typed, kept: Path) -> None:
    status, out, _ = typed("prod", "--against", kept, "--set", "database.instance_class=db.m7g.large")
    assert status == 3
    assert "aws_db_instance.database  changed, 2 to 10 minutes" in out
    assert "instance_class  db.t3.medium → db.m7g.large" in out
    assert "database.instance_class" in out
    assert out.splitlines()[-2:] == ["3 changes: 1 interrupts, 2 safe", "cost +140.16 USD/month"], (
        "an alarm and its graph follow"
    )


def test_machines_get_what_the_schema_says(typed: Typed, kept: Path) -> None:
    status, out, err = typed("prod", "--against", kept, "--version", "2.0.0", "--json")
    told = json.loads(out)
    validated(told)
    assert (status, err, told["environment"], told["worst"]) == (3, "", "prod", "interrupts")
    assert {one["half"] for one in told["changes"]} == {"workloads"}
    backend = next(one for one in told["changes"] if one["subject"] == "Deployment analytics/analytics-backend")
    assert backend["used_by"] == ["edge (/api, /ws)"]
    assert next(one["path"] for one in backend["fields"]).startswith("spec.template")


def test_only_one_half_is_made_and_asked_for(typed: Typed, kept: Path) -> None:
    shutil.rmtree(kept / "dist")
    status, out, _ = typed("prod", "--against", kept, "--half", "infrastructure", "--set", "cache.nodes=3")
    assert status == 3
    assert "aws_elasticache_replication_group.cache" in out
    status, _, err = typed("prod", "--against", kept)
    assert status == 2
    assert "error TW387" in err


def test_a_first_release_is_against_nothing(typed: Typed) -> None:
    status, out, _ = typed("prod", "--against", "nothing")
    assert status == 3
    assert out.splitlines()[0] == "analytics-prod  the present (1.0.0) against nothing"
    assert "destroys" not in out


def test_a_wrong_environment_is_refused_before_anything_is_made(typed: Typed) -> None:
    assert typed("production", "--against", "nothing")[0] == 2


def test_everybody_who_uses_a_thing_is_named() -> None:
    users = users_of(product.load("prod"))
    assert users["database"] == (
        "backend (write)",
        "worker (write)",
        "scheduler (write)",
        "migration (admin)",
        "database_exporter (monitor)",
    )
    assert users["frontend"] == ("edge (/)",)
    assert "worker" in users["cluster"]


def test_changes_begin_where_the_branch_left_the_default_one(at: Product[Any]) -> None:  # noqa: F811
    repository = Repository.of(at.root)
    head = git(at.root, "rev-parse", "HEAD")
    assert repository.beginning() == (head, f"HEAD ({head[:10]})")
    git(at.root, "checkout", "-qb", "work")
    git(at.root, "commit", "-q", "--allow-empty", "-m", "three")
    assert repository.beginning() == (head, f"main, where this branch left it ({head[:10]})")
    git(at.root, "branch", "-q", "-D", "main")
    own = git(at.root, "rev-parse", "HEAD")
    assert repository.beginning() == (own, f"HEAD ({own[:10]})")


def test_where_a_shallow_clone_lacks_the_beginning_it_is_said(at: Product[Any], tmp_path: Path) -> None:  # noqa: F811
    git(at.root, "checkout", "-qb", "work")
    git(at.root, "commit", "-q", "--allow-empty", "-m", "three")
    git(at.root, "checkout", "-q", "main")
    source = f"file://{tmp_path / 'repository'}"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=work", source, "shallow")
    with pytest.raises(ConfigurationError) as caught:
        Repository.of(tmp_path / "shallow").beginning()
    assert [one.code for one in caught.value.problems] == ["TW385"]


def test_reports_are_written_beside_what_is_shown(typed: Typed, kept: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"diff.{name}" for name in ("markdown", "sarif", "junit")}
    options = [text for name, file in files.items() for text in (f"--{name}", file)]
    status, out, _ = typed(
        "prod", "--against", kept, "--set", "database.database=other", "--half", "infrastructure", *options
    )
    assert (status, out.splitlines()[-1].partition(":")[2]) == (3, " 4 destroys data, 3 safe")
    text = files["markdown"].read_text()
    assert text.startswith("### `analytics-prod`\n\n**4 destroys data**, 3 safe since ")
    assert "  - `db_name` `analytics` → `other`, destroys data, **forces it**" in text
    (run,) = json.loads(files["sarif"].read_text())["runs"]
    assert run["automationDetails"]["id"] == "twinstack/diff/prod/"
    assert [one["ruleId"] for one in run["results"]] == ["destroys-data"] * 4 + ["safe"] * 3
    assert 'tests="7" failures="4"' in files["junit"].read_text()


def test_what_stands_is_planned_and_looked_at(typed: Typed, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = json.loads((Path(__file__).parents[1] / "changes" / "plans" / "terraform.json").read_text())
    halves = ("infrastructure", "workloads")
    made = Release.of(product.load("prod"), halves=halves, made_by="ada", made_at="2026-11-28T22:15:00Z")

    def plan(
        _product: object, _loaded: object, folder: Path, *, beside: Callable[[Planned], object], **_: object
    ) -> Planned:
        shutil.copytree(kept / "cdktf.out" / "stacks" / "analytics-prod", folder / "infrastructure")
        shutil.copytree(kept / "dist" / "analytics-prod", folder / "workloads")
        unseen = "the cluster cannot be asked"
        planned = Planned(made, folder, InfrastructurePlan.of(recorded, "Terraform"), None, unseen)
        beside(planned)
        return planned

    monkeypatch.setattr(planning, "plan", plan)
    monkeypatch.setattr(command, "activate", lambda _: None)
    status, out, _ = typed("prod", "--live", "--json")
    told = json.loads(out)
    validated(told)
    assert (status, told["before"], told["worst"]) == (3, "what stands", "destroys data")
    database = next(one for one in told["changes"] if one["subject"] == "aws_db_instance.database")
    assert (database["thing"], database["used_by"][0], database["action"]) == (
        "database",
        "backend (write)",
        "replaced",
    )
    assert next(one["class"] for one in told["changes"] if one["subject"] == "the cluster") == "unknown"
    assert typed("prod", "--live", "--against", "main")[0] == 2


def test_a_pull_request_gets_a_picture_and_a_file_too(
    typed: Typed, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(
        "prod", "--against", kept, "--set", "database.instance_class=db.m7g.large", "--markdown", tmp_path / "diff.md"
    )
    text = (tmp_path / "diff.md").read_text()
    assert "```mermaid\nflowchart LR\n" in text
    assert "database<br/>interrupts<br/>PostgreSQL 15" in text
    assert "classDef changed" in text
    given = ["twinstack", "diagram", "prod", "--against", str(kept), "--out", str(tmp_path / "prod.svg")]
    monkeypatch.setattr(sys, "argv", given)
    assert status_of(application) == 0
    assert (tmp_path / "prod.svg").read_text().startswith("<svg")
    monkeypatch.setattr(sys, "argv", [*given, "--of", "network"])
    assert status_of(application) == 2

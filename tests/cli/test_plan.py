"""`twinstack plan`: what it shows of a release that was planned, for people, for machines and for a pull request."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

import twinstack
from stacks import product
from tests.changes.plans import RECORDED
from tests.changes.test_difference_schema import SCHEMA as DIFFERENCE
from tests.changes.test_former import at, git  # noqa: F401  the product in a repository
from tests.changes.test_gate import LOST, plan, update
from tests.cli.test_diff import kept  # noqa: F401  the outputs of production, as they were kept
from twinstack import Product
from twinstack.cli import diff, project
from twinstack.cli.application import application
from twinstack.cli.ending import status_of
from twinstack.cli.live_difference import foreseen
from twinstack.delivery import Release, planning
from twinstack.delivery.engine import Look
from twinstack.delivery.infrastructure_plan import InfrastructurePlan
from twinstack.delivery.live import LiveState
from twinstack.delivery.planning import Planned
from twinstack.delivery.pruning import Pruning
from twinstack.delivery.record import Status
from twinstack.diagram.drawing import Mark
from twinstack.diagram.mermaid import COLOURS

Typed = Callable[..., tuple[int, str, str]]
SCHEMA = json.loads((Path(twinstack.__file__).parent / "changes" / "plan.schema.json").read_bytes())
DOCUMENT = json.loads((RECORDED / "terraform.json").read_text())


@pytest.fixture
def typed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kept: Path,  # noqa: F811
    tmp_path: Path,
) -> Callable[..., tuple[int, str, str]]:
    """Types `twinstack COMMAND prod …`, of which Terraform planned what was recorded: the first release of its cluster."""
    release = Release.of(
        product.load("prod"), halves=("infrastructure", "workloads"), made_by="ada", made_at="2026-11-28T22:15:00Z"
    )
    planned = Planned(
        replace(release, version="1.5.0"), tmp_path / "release", InfrastructurePlan.of(DOCUMENT, "Terraform"), None,
        "the cluster is made by this release", is_first=True,
    )  # fmt: skip

    def made(
        _product: object, _loaded: object, folder: Path, *, beside: Callable[[Planned], Mapping[str, str]], **_: object
    ) -> Planned:
        shutil.copytree(kept / "cdktf.out" / "stacks" / "analytics-prod", folder / "infrastructure")
        shutil.copytree(kept / "dist" / "analytics-prod", folder / "workloads")
        found = replace(planned, folder=folder)
        for name, text in beside(found).items():
            (folder / name).write_text(text)
        return found

    monkeypatch.setattr(planning, "plan", made)
    monkeypatch.setattr(diff, "find_reference", lambda: ("stacks:product", product.root))
    monkeypatch.setattr(diff, "activate", lambda _: None)
    monkeypatch.setattr(project, "find_product_with_engine", lambda: product)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twinstack", *map(str, arguments)])
        status = status_of(application)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_a_plan_is_told_as_a_difference_with_what_terraform_counts_and_what_stops_it(
    typed: Typed, tmp_path: Path
) -> None:
    """Whoever deploys has seen it: what interrupts or replaces is only said."""
    status, out, _ = typed("plan", "prod", "--version", "1.5.0", "--out", tmp_path / "release")
    lines = out.splitlines()
    assert (status, lines[0]) == (3, "analytics-prod  the present (1.5.0) against what stands")
    database = next(index for index, line in enumerate(lines) if line.startswith("database  used by backend (write), "))
    assert lines[database + 1].startswith("  destroys data  aws_db_instance.database  replaced")
    counts = "1 created, 1 changed, 1 replaced, 5 destroyed, 1 forgotten, 1 imported, 1 moved"
    assert f"Terraform 1.11.4  {counts}" in lines
    assert "the cluster is made by this release" in lines
    assert out.count("stops the deployment ") == len(LOST)
    assert "  fix undo the change that does it, or, where nothing in it is needed, say so: --destroys" in out
    assert lines[-1] == f"deploy exactly this: twinstack deploy --release {tmp_path / 'release'}"


def test_machines_get_the_list_of_a_difference_and_what_stops_it(typed: Typed, tmp_path: Path) -> None:
    status, out, _ = typed("plan", "prod", "--version", "1.5.0", "--out", tmp_path / "release", "--json")
    told = json.loads(out)
    validate(told)
    assert (status, told["changes"], told["difference"]["worst"]) == (3, True, "destroys data")
    assert {one["address"] for one in told["stopped"]} == {*LOST}
    live = json.loads(typed("diff", "prod", "--live", "--version", "1.5.0", "--json")[1])
    assert live == told["difference"], "one list, by whichever command it is asked for"


def test_of_a_first_release_every_object_is_new(typed: Typed, tmp_path: Path) -> None:
    told = json.loads(typed("plan", "prod", "--version", "1.5.0", "--out", tmp_path / "release", "--json")[1])
    workloads = [one for one in told["difference"]["changes"] if one["half"] == "workloads"]
    assert {(one["action"], one["class"]) for one in workloads} <= {("created", "safe"), ("created", "exposes")}
    assert "Deployment analytics/analytics-backend" in {one["subject"] for one in workloads}


def test_a_pull_request_gets_the_same_with_what_stops_it_on_top(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    typed("plan", "prod", "--version", "1.5.0", "--out", tmp_path / "release", "--markdown", file)
    head, counts, rest = file.read_text().split("\n\n", 2)
    assert head == "### `analytics-prod 1.5.0`"
    assert counts.startswith("**5 destroys data**, **2 exposes**, **1 replaces**, ")
    assert counts.endswith(" against what stands")
    notes = rest.partition("\n\n")[0].splitlines()
    assert notes[0].startswith("- Terraform 1.11.4: 1 created, ")
    assert len(notes) == 1 + len(LOST)
    assert notes[1].startswith("- **stops the deployment**: `aws_")
    assert "- `aws_db_instance.database` **replaced**, destroys data" in rest


def test_a_planned_release_has_the_picture_of_what_it_does(typed: Typed, tmp_path: Path) -> None:
    """In its folder as SVG, and in the comment as Mermaid, in the same colours."""
    release, file = tmp_path / "release", tmp_path / "plan.md"
    typed("plan", "prod", "--version", "1.5.0", "--out", release, "--markdown", file)
    picture, comment = (release / "change.svg").read_text(), file.read_text()
    for shown in (picture, comment):
        assert "what deploying 1.5.0 changes" in shown or "```mermaid" in shown
        assert "destroys data" in shown
        assert COLOURS[Mark.LOST] in shown
        assert COLOURS[Mark.ADDED] in shown, "of its first release every workload is new"
    typed("diff", "prod", "--live", "--version", "1.5.0", "--markdown", tmp_path / "diff.md")
    assert comment.rpartition("```mermaid")[2] == (tmp_path / "diff.md").read_text().rpartition("```mermaid")[2]


def test_what_an_edit_made_since_the_release_that_stands_is_told_from_what_somebody_did_beside_it(
    at: Product[Any],  # noqa: F811
    tmp_path: Path,
) -> None:
    """The cluster remembers the commit of that release, and Git what its layers said."""
    committed = git(at.root, "rev-parse", "HEAD")
    layer = at.root / "environments" / "live.yaml"
    layer.write_text(layer.read_text().replace("storage_gib: 100", "storage_gib: 200"))
    before = {"allocated_storage": 100, "monitoring_interval": 60}
    document = plan(update("aws_db_instance.database", before, {"allocated_storage": 200, "monitoring_interval": 30}))
    (tmp_path / "infrastructure").mkdir()
    (tmp_path / "infrastructure" / "cdk.tf.json").write_text("{}")
    loaded = at.load_with_provenance("live")
    release = Release.of(loaded.environment, halves=("infrastructure",), made_by="ada", made_at="2026-11-28T22:15:00Z")
    records: Any = SimpleNamespace(all=(SimpleNamespace(status=Status.SUCCEEDED, release={"revision": committed}),))
    look = Look(records, LiveState({}), (), Pruning((), ()))
    planned = Planned(release, tmp_path, InfrastructurePlan.of(document, "Terraform"), look)
    (change,) = foreseen(at, loaded, planned).difference.changes
    causes = {one.path: str(one.cause) for one in change.fields}
    assert causes["allocated_storage"] == "environments/live.yaml:16 database.storage_gib"
    assert (
        causes["monitoring_interval"]
        == "environments/live.yaml:16 database.storage_gib or somebody, beside the releases"
    )
    (unknown,) = foreseen(at, loaded, replace(planned, look=None)).difference.changes
    assert {one.path: str(one.cause) for one in unknown.fields}["allocated_storage"] == causes["allocated_storage"]


def validate(told: Any) -> None:
    registry: Any = Registry().with_resource("difference.schema.json", Resource.from_contents(DIFFERENCE))
    validator = jsonschema.Draft202012Validator(SCHEMA, registry=registry)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(told)] == []


def test_the_schema_refuses_what_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="'folder' is a required property"):
        validate({"release": {}})

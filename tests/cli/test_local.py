"""`twinstack local` writes the stack of a developer's machine, all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.cli.conftest import Run

FILES = {".env.example", "compose.yaml", "monitoring/alerts.yml", "monitoring/prometheus.yml"}


def test_it_writes_every_file_and_then_nothing_more(project: Path, run: Run) -> None:
    first = run("local", "dev")
    assert first.returncode == 0, first.stderr
    written = first.stdout.splitlines()
    assert first.stderr == ""
    assert set(written) >= FILES
    assert written[-1] == "7 files written"
    assert all((project / file).is_file() for file in written[:-1])
    services = yaml.safe_load((project / "compose.yaml").read_text())["services"]
    assert {"database", "web"} <= set(services)
    assert run("local", "dev").stdout.splitlines() == ["nothing has changed"]


def test_a_check_names_what_differs_and_writes_nothing(project: Path, run: Run) -> None:
    run("local", "dev")
    (project / ".env.example").write_text("changed\n")
    checked = run("local", "dev", "--check")
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [
        ".env.example differs from what environments/ says: run `twinstack local dev`"
    ]
    assert (project / ".env.example").read_text() == "changed\n"


def test_a_file_that_somebody_wrote_is_not_overwritten_without_being_told(project: Path, run: Run) -> None:
    run("local", "dev")
    dashboard = next((project / "monitoring/grafana").glob("*.json"))
    dashboard.write_text('{"title": "mine"}\n')
    (project / "compose.yaml").write_text("services: {}\n")
    (project / "monitoring/prometheus.yml").unlink()
    refused = run("local", "dev")
    assert (refused.stdout, refused.returncode) == ("", 2)
    assert refused.stderr.startswith(
        f"error: compose.yaml, {dashboard.relative_to(project)}: not written by `twinstack local`, and would be "
        "overwritten: nothing was written: "
    )
    assert (project / "compose.yaml").read_text() == "services: {}\n"
    assert not (project / "monitoring/prometheus.yml").exists()
    assert run("local", "dev", "--force").stdout.splitlines()[-1] == "3 files written"
    assert run("local", "dev").stdout == "nothing has changed\n"


def test_what_it_wrote_itself_is_overwritten(project: Path, run: Run) -> None:
    run("local", "dev")
    for file in (*FILES, "monitoring/grafana/shop.json"):
        with (project / file).open("a") as held:
            held.write("\n")
    (project / "monitoring/alerts.yml").write_text("")
    assert run("local", "dev").stdout.splitlines()[-1] == "5 files written"
    with (project / "compose.yaml").open("a") as held:
        held.write("\n")
    assert run("local", "dev").stdout.splitlines() == ["compose.yaml", "1 file written"]


def test_a_machine_is_told_the_same(project: Path, run: Run) -> None:
    answer = json.loads(run("local", "dev", "--json").stdout)
    assert answer["written"] is True
    assert set(answer["differing"]) >= FILES
    assert json.loads(run("local", "dev", "--check", "--json").stdout) == {"differing": [], "written": False}


def test_of_a_wrong_environment_nothing_is_written(project: Path, run: Run) -> None:
    (project / "environments/dev.yaml").write_text("account: 1\n")
    refused = run("local", "dev")
    assert refused.returncode == 2
    assert "account" in refused.stderr
    assert not (project / "compose.yaml").exists()
    assert run("local", "nowhere").returncode == 2

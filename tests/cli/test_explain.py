"""`twinstack explain`, as it is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinstack.cli.explain import explain_environment, explain_path
from twinstack.cli.project import find_product

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, path: str, name: str = "prod", set_: dict[str, object] | None = None) -> list[str]:
    explain_path(find_product().load_with_provenance(name, set=set_), path, as_json=False)
    return capsys.readouterr().out.splitlines()


def test_a_value_with_its_layers(project: Path, capsys: Capture) -> None:
    assert shown(capsys, "database.multi_az") == [
        "database.multi_az = true",
        "  from     environments/prod.yaml:4",
        "           Keeps a standby in a second zone.",
        "  allowed  true or false",
        "  default  none: some layer has to say it",
        "  layers",
        "    base  environments/base.yaml:10  false  overridden",
        "    prod  environments/prod.yaml:4  true",
    ]


def test_a_value_that_was_set_on_the_command_line(project: Path, capsys: Capture) -> None:
    lines = shown(capsys, "database.storage_gib", set_={"database.storage_gib": 30})
    assert lines[0] == "database.storage_gib = 30"
    assert lines[-2:] == ["    base  environments/base.yaml:9  20  overridden", "    set   --set  30"]


def test_a_default(project: Path, capsys: Capture) -> None:
    assert shown(capsys, "database.log_retention_days")[:2] == [
        "database.log_retention_days = 90",
        "  from     the default, in PostgresSpec",
    ]


def test_a_computed_value(project: Path, capsys: Capture) -> None:
    assert shown(capsys, "database.identifier", "dev")[:2] == [
        "database.identifier = acme-shop-database-dev",
        "  from     computed by PostgresSpec.identifier",
    ]


def test_text_that_yaml_would_read_as_something_else_is_quoted(project: Path, capsys: Capture) -> None:
    assert shown(capsys, "account")[0] == 'account = "444455556666"'
    assert shown(capsys, "version")[0] == "version = 1.0.0"
    assert shown(capsys, "database.engine_version")[0] == 'database.engine_version = "15"'


def test_a_section_is_a_tree_with_the_place_of_every_value(project: Path, capsys: Capture) -> None:
    assert shown(capsys, "web.scale") == [
        "web.scale",
        "  from     environments/base.yaml:23",
        "           How many replicas run, and when one is added.",
        "  allowed  a mapping with cpu, headroom, max, memory and min",
        "  default  none: some layer has to say it",
        "  layers",
        "    base  environments/base.yaml:23",
        "├── min: 1          environments/base.yaml:23",
        "├── max: 2          environments/base.yaml:23",
        "├── cpu: 70         environments/base.yaml:23",
        "├── memory: null    the default, in Scale",
        "└── headroom: null  the default, in Scale",
    ]


def test_what_only_base_may_say_is_marked(project: Path, capsys: Capture) -> None:
    assert "  only     in base.yaml: the same in every environment" in shown(capsys, "web.uses")


def test_the_whole_environment_is_a_tree(project: Path, capsys: Capture) -> None:
    explain_environment(find_product().load_with_provenance("prod"), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "environment prod"
    assert lines[1].split() == ["├──", "organization:", "acme", "environments/base.yaml:1"]
    assert "├── settings" in lines
    assert "│   ├── variables" in lines
    assert any(line.startswith("│   │   └── LOG_LEVEL: info ") for line in lines)
    columns = {line.index("environments/") for line in lines if "environments/" in line}
    assert len(columns) == 1


def test_for_machines(project: Path, capsys: Capture) -> None:
    loaded = find_product().load_with_provenance("prod")
    explain_path(loaded, "database.multi_az", as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "path": "database.multi_az",
        "value": True,
        "kind": "written",
        "source": "environments/prod.yaml:4",
        "owner": "PostgresSpec",
        "layers": [
            {"layer": "base", "file": "environments/base.yaml", "line": 10, "value": False},
            {"layer": "prod", "file": "environments/prod.yaml", "line": 4, "value": True},
        ],
        "description": "Keeps a standby in a second zone.",
        "allowed": "true or false",
        "default": None,
        "required": True,
        "base_only": False,
        "not_in_force": "",
    }
    explain_environment(loaded, as_json=True)
    whole = json.loads(capsys.readouterr().out)
    assert whole["environment"] == "prod"
    assert whole["entries"][2] == {
        "name": "account",
        "value": "444455556666",
        "source": "environments/prod.yaml:1",
        "entries": [],
    }

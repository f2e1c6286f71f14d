"""The schemas beside the layers are what the models say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinstack.cli.project import find_product
from twinstack.cli.schemas import environment_schemas, write_environment_schemas

REPOSITORY = Path(__file__).parents[2]


def test_they_are_written_beside_the_layers(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_environment_schemas(find_product())
    assert capsys.readouterr().out.splitlines() == [
        "environments/base.schema.json",
        "environments/environment.schema.json",
    ]
    base, layer = (
        json.loads((project / "environments" / f"{name}.schema.json").read_text()) for name in ("base", "environment")
    )
    assert "uses" in base["$defs"]["WebServiceSpec"]["properties"]
    assert "uses" not in layer["$defs"]["WebServiceSpec"]["properties"]


def test_the_ones_in_the_repository_are_up_to_date() -> None:
    for file, text in environment_schemas(find_product(REPOSITORY)).items():
        assert file.is_file(), f"{file.name} is missing: run `make schemas`"
        assert file.read_text() == text, f"{file.name} is not what the models say: run `make schemas`"


def test_every_layer_in_the_repository_names_its_schema() -> None:
    folder = REPOSITORY / "environments"
    for file in folder.glob("*.yaml"):
        name = "base" if file.stem == "base" else "environment"
        assert file.read_text().splitlines()[0] == f"# yaml-language-server: $schema={name}.schema.json"

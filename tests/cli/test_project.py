"""The product of a command is the one that the nearest pyproject.toml names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_application import invoke
from twinstack.cli.project import find_product, find_reference
from twinstack.errors import ConfigurationError, UsageError


def test_it_is_found_from_a_folder_below(project: Path) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert find_product(below).environments == ["dev", "prod"]
    assert find_reference(below)[1] == project


def test_a_pyproject_without_the_section_is_passed_over(project: Path) -> None:
    below = project / "inner"
    below.mkdir()
    (below / "pyproject.toml").write_text("[project]\nname = 'inner'\n")
    assert find_reference(below)[1] == project


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.twinstack\n", "pyproject.toml cannot be read: "),
        ("[tool.twinstack]\nproduct = 7\n", 'is 7: write `product = "stacks:product"`, a module and a name in it'),
        ("[tool.twinstack]\nproduct = 'stacks'\n", "is 'stacks': write `product = \"stacks:product\"`"),
        ("[tool.twinstack]\nproduct = 'nowhere_at_all:product'\n", "there is no module nowhere_at_all in "),
        ("[tool.twinstack]\nproduct = 'json:product'\n", "json.product is missing"),
        ("[tool.twinstack]\nproduct = 'json:dumps'\n", "json.dumps is no Product"),
    ],
)
def test_what_is_no_product_is_refused(project: Path, text: str, message: str) -> None:
    (project / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        find_product()
    assert message in str(caught.value)


def test_no_pyproject_is_refused_with_the_lines_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_product(tmp_path)
    assert str(caught.value) == (
        f"no product is named in {tmp_path} or above it: "
        'write `product = "stacks:product"` under `[tool.twinstack]` in pyproject.toml'
    )


@pytest.mark.parametrize("arguments", [["check"], ["list"], ["synth"], ["rehearse"]])
def test_a_product_without_an_environment_is_refused_with_what_to_write(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for name in ("dev", "prod"):
        (project / f"environments/{name}.yaml").unlink()
    monkeypatch.setenv("TWINSTACK_BINDINGS", "stock")
    assert invoke(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err == (
        f"error: {project}/environments: there is no environment beside base.yaml: write one, dev.yaml, with `account:` "
        "and what differs\n"
    )


def test_a_layer_whose_name_ends_otherwise_is_named(project: Path) -> None:
    (project / "environments/prod.yaml").unlink()
    (project / "environments/dev.yaml").rename(project / "environments/dev.yml")
    with pytest.raises(ConfigurationError, match=r"rename it to dev\.yaml"):
        find_product().load_all()


def test_an_import_that_fails_inside_the_product_is_its_own_failure(project: Path) -> None:
    next(project.glob("shop*.py")).write_text("import nowhere_at_all\n")
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        find_product()

"""How every command ends: with its status, and never with a traceback that a user could not help."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import twinstack
from twinstack.cli import main, report
from twinstack.cli.application import BUG
from twinstack.errors import UsageError

Run = Callable[..., subprocess.CompletedProcess[str]]


def invoke(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status of a command run in this process."""
    monkeypatch.setattr("sys.argv", ["twinstack", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["explain", "prod", "databse.multi_az"],
            'error: "databse.multi_az": there is no "databse": did you mean "database"?\n',
        ),
        (["check", "--date", "tomorrow"], 'error: --date "tomorrow" is no day: write it as 2027-03-31\n'),
        (
            ["explain", "prod", "--set", "nonsense"],
            'error: --set "nonsense" is no assignment: write it as path=value, for example database.multi_az=false\n',
        ),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    assert invoke(monkeypatch, *arguments) == 2
    assert capsys.readouterr() == ("", message)


def test_an_unknown_option_ends_with_2(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke(monkeypatch, "check", "--nonsense") == 2
    assert invoke(monkeypatch, "nonsense") == 2


def test_a_wrong_environment_is_refused_by_synth_before_anything_is_written(run: Run, project: Path) -> None:
    (project / "environments/prod.yaml").write_text("account: 12\n")
    before = sorted(path.name for path in project.iterdir() if path.name not in {"__pycache__", "imports"})
    result = run("synth", environment={"TWINSTACK_BINDINGS": "stock"})
    assert result.returncode == 2
    assert "environments/prod.yaml:1  account" in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in project.iterdir() if path.name not in {"__pycache__", "imports"}) == before


def test_a_product_without_a_half_says_which_line_is_missing(run: Run) -> None:
    result = run("synth", "--half", "workloads", environment={"TWINSTACK_BINDINGS": "stock"})
    assert (result.stderr, result.returncode) == (
        "error: this product names no workloads half: give Product(workloads=…)\n",
        2,
    )


def test_a_failure_of_the_products_own_code_is_not_blamed_on_the_library(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = next(project.glob("shop*.py"))
    module.write_text("1 / 0\n")
    assert invoke(monkeypatch, "check") == 1
    error = capsys.readouterr().err
    assert "ZeroDivisionError" in error
    assert error.endswith(f"error: the product's own code failed, in {module.name}: see the lines above\n")


def test_a_bug_of_the_library_says_so_and_ends_with_70(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("twinstack.cli.check.summary_table", lambda loaded: loaded["nothing"])
    assert invoke(monkeypatch, "check", "--date", "2026-11-24") == BUG == 70
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert error.endswith(
        "error: this is a bug of twinstack: report it with the lines above and the command that showed them\n"
    )


def test_errors_are_reported_alike_outside_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(UsageError("what is wrong"))
    assert capsys.readouterr().err == "error: what is wrong\n"


def test_every_command_explains_itself(run: Run) -> None:
    help_text = run("--help", environment={"COLUMNS": "120"}).stdout
    for command in ("check", "explain", "list", "synth", "rehearse", "schemas", "bindings", "graph"):
        assert f" {command} " in help_text


def test_the_script_is_this_program() -> None:
    metadata = Path(twinstack.__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(metadata.read_text())["project"]["scripts"] == {"twinstack": "twinstack.cli:main"}

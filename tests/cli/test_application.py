"""How every command ends: with its status, and never with a traceback that a user could not help."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import twinstack
from tests.cli.test_init import start
from twinstack.cli import application, main, report
from twinstack.errors import UsageError
from twinstack.starting.kind import built_in_kinds

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


def test_an_interrupted_command_says_so_in_one_line_and_ends_with_130(project: Path) -> None:
    next(project.glob("shop*.py")).write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "twinstack", "check"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == "Aborted.\n"
    assert process.returncode == 130


def test_errors_are_reported_alike_outside_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(UsageError("what is wrong"))
    assert capsys.readouterr().err == "error: what is wrong\n"


def test_every_command_explains_itself(run: Run) -> None:
    help_text = run("--help", environment={"COLUMNS": "120"}).stdout
    for command in ("check", "explain", "list", "synth", "rehearse", "schemas", "bindings", "diagram"):
        assert f" {command} " in help_text


def test_the_script_is_this_program() -> None:
    metadata = Path(twinstack.__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(metadata.read_text())["project"]["scripts"] == {"twinstack": "twinstack.cli:main"}


def test_the_versions_of_the_library_and_of_its_engines_are_shown(tmp_path: Path) -> None:
    shown = start(tmp_path, "twinstack", "--version")
    assert (shown.stderr, shown.returncode) == ("", 0)
    rows = {line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in shown.stdout.splitlines()[1:]}
    assert list(rows) == [
        "twinstack",
        "python",
        "cdktf",
        "cdktf's AWS classes",
        "cdk8s",
        "cdk8s-plus",
        "constructs",
        "jsii",
        "node",
        "engine",
    ]
    assert rows["engine"] == "native"
    assert rows["cdktf"] == "0.21.0"
    assert rows["python"] == sys.version.split()[0]


def test_add_names_every_kind_of_the_library_in_its_help() -> None:
    assert set(re.findall(r"\w+", application.KINDS)) >= set(built_in_kinds())

"""The short way to what is typed many times a day: the same as the full command line, and nothing that takes its time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from twinstack.cli.application import application
from twinstack.cli.delivery import commands
from twinstack.cli.ending import status_of
from twinstack.cli.plain_command import plain_command

ROOT = Path(__file__).parents[2]
PLAIN = [
    "--release folder",
    "--release=folder --half workloads --yes",
    "--half=infrastructure --release folder --json",
    "--release folder --yes --yes --take-over --supersede",
    "--release folder --kubeconfig file --context=one=two",
]
LEFT = [
    "prod 1.5.0",
    "--release",
    "--release=",
    "--release --yes",
    "--release folder --help",
    "--release folder -h",
    "--release folder --hlaf workloads",
    "--release folder --half both",
    "--release folder --yes=no",
    "--release folder --release other",
    "--release folder --destroying aws_db_instance.one",
    "--release folder prod",
    "--yes",
]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked to be deployed, each with its options."""
    asked: list[Any] = []

    def deploy(*arguments: Any, **options: Any) -> int:
        asked.append((arguments, options))
        return 3

    monkeypatch.setattr(commands, "deploy_planned", deploy)
    return asked


@pytest.mark.parametrize("arguments", PLAIN)
def test_it_does_what_the_full_command_line_does(
    arguments: str, deployed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = plain_command(["deploy", *arguments.split()])
    assert command is not None
    monkeypatch.setattr(sys, "argv", ["twinstack", "deploy", *arguments.split()])
    assert [status_of(command), status_of(application)] == [3, 3]
    short, full = deployed
    assert short == full


@pytest.mark.parametrize(
    "arguments",
    [
        "prod",
        "prod --yes",
        "prod 1.5.0 --yes --json --take-over --supersede",
        "--kubeconfig=file prod --context one",
    ],
)
def test_a_return_is_told_what_the_full_command_line_tells_it(arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    def note(*given: Any, **options: Any) -> int:
        told.append((given, options))
        return 3

    monkeypatch.setattr("twinstack.cli.delivery.standing.rollback", note)
    command = plain_command(["rollback", *arguments.split()])
    assert command is not None
    monkeypatch.setattr(sys, "argv", ["twinstack", "rollback", *arguments.split()])
    assert [status_of(command), status_of(application)] == [3, 3]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "arguments", ["", "--yes", "prod 1.5.0 1.6.0", "prod --yes=no", "prod --help", "prod --context"]
)
def test_what_is_not_plain_of_a_return_is_left_to_it(arguments: str) -> None:
    assert plain_command(["rollback", *arguments.split()]) is None


@pytest.mark.parametrize("arguments", LEFT)
def test_whatever_else_is_left_to_the_full_command_line(arguments: str) -> None:
    assert plain_command(["deploy", *arguments.split()]) is None


def test_other_commands_are_not_its() -> None:
    assert plain_command(["plan", "--release", "folder"]) is None
    assert plain_command([]) is None


@pytest.mark.parametrize(
    "arguments",
    [
        "synth",
        "synth prod dev",
        "synth prod --half workloads --version=1.2.3 --json",
        "synth --set database.multi_az=false --set=worker.scale.max=5 prod",
        "check",
        "check prod --json",
    ],
)
def test_synth_and_check_are_told_what_the_full_command_line_tells_them(
    arguments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def note(*given: Any, **options: Any) -> None:
        names = given[-1]
        left = {name: value for name, value in options.items() if value}
        told.append((tuple(names), {name: tuple(v) if isinstance(v, list) else v for name, v in left.items()}))

    monkeypatch.setattr("twinstack.cli.synth.synth", note)
    monkeypatch.setattr("twinstack.cli.check.check", note)
    command = plain_command(arguments.split())
    assert command is not None
    monkeypatch.setattr(sys, "argv", ["twinstack", *arguments.split()])
    assert [status_of(command), status_of(application)] == [0, 0]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "arguments",
    [
        "synth --help",
        "synth --half both",
        "synth --half workloads --half workloads",
        "synth --version",
        "synth --version --json",
        "synth -h",
        "synth -- prod",
        "check --policy",
        "check --date 2027-01-01",
        "check --sarif file",
        "check --json=yes",
    ],
)
def test_what_is_not_plain_of_synth_and_check_is_left_to_it(arguments: str) -> None:
    assert plain_command(arguments.split()) is None


def test_an_empty_name_is_not_plain() -> None:
    assert plain_command(["synth", ""]) is None


@pytest.mark.parametrize("name", ["synth", "check"])
def test_they_load_nothing_that_reads_annotations_of_commands(name: str) -> None:
    program = (
        f"import sys; from twinstack.cli import main; sys.argv[1:] = [{name!r}, 'prod']\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, *sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    status, *modules = run.stdout.splitlines()[-1].split()
    assert status == "0"
    assert {"typer", "rich"} & set(modules) == set()

"""`twinstack gate`: where a plan may lie, what is shown of it, and how it ends."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.changes.plans import RECORDED
from tests.changes.test_gate import DATABASE, LOST, entry, plan
from twinstack.cli.application import application
from twinstack.cli.ending import status_of
from twinstack.delivery import Release
from twinstack.testing import Twins

Typed = Callable[..., tuple[int, str, str]]
PLAN = RECORDED / "terraform.json"


@pytest.fixture
def typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Types `twinstack gate …` where no product is, and gives the exit status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twinstack", "gate", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        status = status_of(application)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


def test_what_does_not_pass_comes_first_with_what_to_do(typed: Typed) -> None:
    status, out, err = typed(PLAN)
    assert (status, err) == (3, "")
    head, first, *rest = out.splitlines()
    assert head.split() == ["address", "action", "effect", "why"]
    assert first.startswith("✗")
    assert f"fix {DATABASE}: undo the change that does it" in out
    assert "✓  1 created" in rest
    assert rest[-1] == "stopped: 6 of 11 changes (5 destroys data, 1 replaces)"


def test_each_address_typed_out_lets_it_pass(typed: Typed) -> None:
    agreed = [word for address in LOST for word in ("--destroys", address)]
    status, out, _ = typed(PLAN, *agreed, "--up-to", "replaces")
    assert (status, out.splitlines()[-1]) == (0, "passes: 11 changes")
    status, _, err = typed(PLAN, *agreed, "--destroys", "aws_vpc.none")
    assert status == 2
    assert "error TW983: an address that the plan does not destroy" in err


def test_machines_get_every_verdict_and_no_value(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    secret = entry("aws_ssm_parameter.p", "update", before={"value": "hunter1"}, after={"value": "hunter2"})
    file.write_text(json.dumps(plan(secret, entry("aws_vpc.a", "create"))))
    status, out, _ = typed(file, "--json")
    told = json.loads(out)
    assert (status, told["passes"]) == (3, False)
    assert [(one["address"], one["effect"], one["passes"]) for one in told["verdicts"]] == [
        ("aws_ssm_parameter.p", "interrupts", False), ("aws_vpc.a", "safe", True),
    ]  # fmt: skip
    assert "hunter" not in out + typed(file)[1]


def test_a_plan_may_come_from_a_pipe_and_behind_a_warning(typed: Typed) -> None:
    shown = json.dumps(plan(entry("aws_vpc.a", "create"))).encode()
    for stdin in (shown, b"Warning: Unable to open CLI configuration file\n\n" + shown):
        assert typed("-", stdin=stdin)[:2] == (0, "✓  1 created\npasses: 1 change\n")
    assert typed("-", stdin=json.dumps(plan()).encode())[1] == "passes: nothing changes\n"


def test_the_folder_of_an_infrastructure_half_is_read_with_its_moves(typed: Typed, tmp_path: Path) -> None:
    shutil.copy(PLAN, tmp_path / "plan.json")
    moved: list[dict[str, Any]] = [{"from": "aws_cloudwatch_log_group.stuck", "to": "aws_cloudwatch_log_group.there"}]
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"moved": moved}))
    status, out, _ = typed(tmp_path)
    assert status == 3
    assert "it was to move to aws_cloudwatch_log_group.there and does not" in out


@pytest.mark.parametrize("half", ["infrastructure", "workloads"])
def test_a_release_is_judged_as_it_was_planned_or_not_at_all(
    typed: Typed, tmp_path: Path, twin: Twins, half: str
) -> None:
    environment = twin("prod", {"version": "1.5.0"}).environment
    folder = tmp_path / "release"
    (folder / half).mkdir(parents=True)
    file = folder / half / "plan.json"
    file.write_text(json.dumps(plan(entry("aws_vpc.a", "create"))))
    Release.of(environment, halves=(half,), made_by="ada", made_at="2026-11-28T22:15:00Z").write(folder)
    status, out, _ = typed(folder)
    assert (status, out.splitlines()[-1]) == (
        0, "passes: 1 change" if half == "infrastructure" else "passes: the release has no infrastructure half",
    )  # fmt: skip
    file.write_text(json.dumps(plan()))
    status, _, err = typed(folder)
    assert status == 2
    assert "error TW960: a release is not what was planned" in err


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (None, "No such file or directory"),
        (b"", "no JSON"),
        (b'{"format_version": "1.2"', "no JSON"),
        (b"[]", "JSON that is no plan"),
        (b'{"a": 1}', "JSON that is no plan"),
        (b'{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}', "a state perhaps"),
    ],
)
def test_what_is_no_plan_is_refused_with_2(typed: Typed, tmp_path: Path, content: bytes | None, given: str) -> None:
    if content is not None:
        (tmp_path / "plan").write_bytes(content)
    status, out, err = typed("plan")
    assert (status, out) == (2, "")
    assert "error TW981: what is given is no plan" in err
    assert given in err


def test_what_is_no_release_and_no_effect_is_refused(typed: Typed, tmp_path: Path) -> None:
    assert "a folder that holds no release" in typed(tmp_path)[2]
    status, _, err = typed(PLAN, "--up-to", "destroys-data")
    assert status == 2
    assert (
        "safe, restarts, interrupts, replaces, unprotects, exposes are known; what destroys data takes its address"
        in " ".join(err.split())
    )


@pytest.mark.parametrize(("content", "given"), [(b"[1", "no JSON ("), (b"[1]", "JSON that is no object")])
@pytest.mark.parametrize("beside", ["plan", "former"])
def test_a_configuration_that_is_not_read_is_named(
    typed: Typed, tmp_path: Path, content: bytes, given: str, beside: str
) -> None:
    for name in ("plan", "former"):
        (tmp_path / name).mkdir()
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(plan()))
    (tmp_path / beside / "cdk.tf.json").write_bytes(content)
    status, out, err = typed("plan", *(["--former", "former"] if beside == "former" else []))
    assert (status, out) == (2, "")
    assert "error TW981: a file of the configuration is not read" in err
    assert given in err
    assert "cdk.tf.json" in err

"""What `twinstack rehearse` says in its last line, and what it takes for a whole rehearsal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stacks import product
from twinstack.cli import rehearse as command
from twinstack.errors import MissingToolError, Problem, UsageError
from twinstack.rehearsal import Rehearsal, rehearse
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE
from twinstack.rehearsal.kubernetes import KubernetesReport
from twinstack.rehearsal.terraform import TerraformReport

WRONG = Problem("TW901", "refused")
SKIPPED = ("Kubernetes: there is no API server",)


def terraform(schema: str, *problems: Problem) -> TerraformReport:
    return TerraformReport(
        stack="shop-dev",
        program="Terraform 1.11.4",
        schema=schema,
        resources={"aws_vpc": 1},
        problems=problems,
        proved=("that it plans",),
        not_proved=("what AWS says",),
        notes=(),
        seconds={"plan": 1.0},
    )


def kubernetes(*, pods_ran: bool) -> KubernetesReport:
    return KubernetesReport(
        server_version="v1.36.3",
        pods_ran=pods_ran,
        objects={},
        workloads=(),
        problems=(),
        proved=(),
        simulated=(),
        definitions={},
        not_proved=(),
        seconds={"total": 1.0},
    )


@pytest.mark.parametrize(
    ("made", "last", "passed"),
    [
        (Rehearsal("dev", (terraform("1"),), kubernetes(pods_ran=True), ()), "passed", True),
        (Rehearsal("dev", (terraform("1"),), kubernetes(pods_ran=False), ()), "passed, no pod was started", True),
        (Rehearsal("dev", (terraform("1"),), None, SKIPPED), "passed, Kubernetes half not rehearsed", True),
        (Rehearsal("dev", (terraform("1", WRONG),), None, SKIPPED), "failed, Kubernetes half not rehearsed", False),
        (Rehearsal("dev", (terraform("1"),), None, ()), "passed", True),
    ],
)
def test_the_last_line_says_what_was_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, made: Rehearsal, last: str, passed: bool
) -> None:
    monkeypatch.setattr("twinstack.rehearsal.rehearse", lambda *_, **__: made)
    monkeypatch.setattr(command, "find_product_with_engine", lambda: product)
    asked: dict[str, Any] = {"schema": None, "only": None, "definitions": None, "strict": False, "as_json": False}
    assert command.rehearse(["dev"], **asked) is passed
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_what_two_schemas_prove_alike_stands_once() -> None:
    alike = Rehearsal("dev", (terraform("2"), terraform("1")), None, ()).lines()
    assert [line.partition("schema of ")[2][:5] for line in alike[:2]] == ["AWS 2", "AWS 1"]
    assert alike.count("  - that it plans") == 1
    apart = Rehearsal("dev", (terraform("2"), terraform("1", WRONG)), None, ()).lines()
    assert apart.count("  - that it plans") == 2


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (None, f"{ASSETS_VARIABLE} is not set, so there is no Kubernetes control plane"),
        ((), "no etcd and no kube-apiserver"),
        (("etcd", "kube-apiserver", "kwok"), "no kube-controller-manager and no kube-scheduler"),
    ],
)
def test_a_strict_rehearsal_takes_no_less_than_a_whole_control_plane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...] | None, words: str
) -> None:
    monkeypatch.setenv(ASSETS_VARIABLE, "" if there is None else str(tmp_path))
    for name in there or ():
        (tmp_path / name).touch(mode=0o755)
    with pytest.raises(MissingToolError) as caught:
        rehearse(product, "dev", strict=True)
    assert words in str(caught.value)
    assert "twinstack control-plane" in str(caught.value)


def test_a_removal_has_to_be_of_something() -> None:
    with pytest.raises(UsageError, match="give --from too"):
        command.rehearse(
            ["dev"], schema=None, only=None, definitions=None, strict=False, as_json=False, to_nothing=True
        )

"""The plans that the quick tests judge are what each engine writes today, and a saved plan is read by its own engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes.plans import RECORDED, REPLACED, planned, small
from tests.changes.test_gate import EVERYTHING, told
from twinstack.changes.effect import Effect
from twinstack.changes.gate import judge
from twinstack.changes.plan_document import PlanDocument
from twinstack.delivery.infrastructure_plan import Action
from twinstack.delivery.terraform import Terraform
from twinstack.errors import ConfigurationError
from twinstack.terraform.program import PROGRAMS, VARIABLE, Program

pytestmark = pytest.mark.slow
DATA = "terraform_data"
Saved = Callable[..., Path]


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the path")
    return str(request.param)


def test_what_is_recorded_is_what_the_engine_writes(program: str) -> None:
    shown = planned(program, REPLACED)
    recorded = json.loads((RECORDED / f"{program}.json").read_text())
    assert told(judge(shown)) == told(judge(recorded)) == EVERYTHING
    assert small(shown).keys() == recorded.keys()


@pytest.fixture
def saved(program: str, tmp_path: Path) -> Saved:
    """Applies one stack of resources that need no provider, plans the next, and gives the saved plan."""

    def save(before: dict[str, Any], after: dict[str, Any], *options: str) -> Path:
        file = tmp_path / "release.plan"
        with Terraform(Program.find(program), tmp_path) as terraform:
            (tmp_path / "main.tf.json").write_text(json.dumps({"resource": {DATA: before}}))
            assert terraform.plan(file).status in {0, 2}
            assert terraform.apply(file).status == 0
            (tmp_path / "main.tf.json").write_text(json.dumps(after))
            terraform.plan(file, *options)
        return file

    return save


@pytest.mark.parametrize("chosen", ["by trying", "by the variable"])
def test_a_saved_plan_is_read_by_its_own_engine_and_tells_its_moves(
    saved: Saved, program: str, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [{"from": f"{DATA}.a", "to": f"{DATA}.b"}, {"from": f"{DATA}.c", "to": f"{DATA}.d"}]
    file = saved(
        {"a": {"input": "1"}, "c": {"input": "1"}, "d": {"input": "2"}},
        {"resource": {DATA: {"b": {"input": "1"}, "d": {"input": "3"}}}, "moved": moved},
    )
    if chosen == "by the variable":
        monkeypatch.setenv(VARIABLE, program)
    found = PlanDocument.read(file)
    assert found is not None
    verdicts = {one.address: one for one in judge(found.shown, moved=found.moved)}
    assert {address: (one.action, one.code) for address, one in verdicts.items()} == {
        f"{DATA}.b": (Action.MOVED, ""), f"{DATA}.c": (Action.DESTROYED, "TW975"), f"{DATA}.d": (Action.CHANGED, ""),
    }  # fmt: skip
    assert verdicts[f"{DATA}.c"].why.startswith(f"it was to move to {DATA}.d and does not")


def test_a_saved_plan_of_the_other_engine_is_not_read(
    saved: Saved, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved({"a": {}}, {"resource": {DATA: {"a": {}, "b": {}}}})
    (other,) = {*PROGRAMS} - {program}
    if shutil.which(other) is None:
        pytest.skip(f"{other} is not on the path")
    monkeypatch.setenv(VARIABLE, other)
    with pytest.raises(ConfigurationError, match="TW981") as refused:
        PlanDocument.read(file)
    assert "with its own engine on the path" in str(refused.value)


def test_a_plan_that_ended_with_an_error_is_stopped(saved: Saved) -> None:
    """It is written all the same."""
    check = {"postcondition": {"condition": '${self.input == "9"}', "error_message": "no."}}
    file = saved({"a": {"input": "1"}}, {"resource": {DATA: {"a": {"input": "2", "lifecycle": check}}}})
    found = PlanDocument.read(file)
    assert found is not None
    assert "planning ended with an error" in {one.why for one in judge(found.shown) if one.code == "TW982"}


def test_a_part_of_a_plan_is_stopped_where_the_engine_says_that_it_is_one(saved: Saved, program: str) -> None:
    """Terraform does; OpenTofu 1.12 has no word for it."""
    file = saved({"a": {}}, {"resource": {DATA: {"a": {}, "b": {}, "c": {}}}}, f"-target={DATA}.b")
    found = PlanDocument.read(file)
    assert found is not None
    assert [one.code for one in judge(found.shown)] == (["TW982", ""] if program == "terraform" else [""])


def test_what_opentofu_leaves_behind_is_understood(saved: Saved, program: str) -> None:
    """`destroy = false` is OpenTofu's own: the block's object stays, whether another takes its place or not."""
    if program != "tofu":
        pytest.skip("Terraform has no such argument")
    stays = {"lifecycle": {"destroy": False}}
    file = saved(
        {"a": {"triggers_replace": ["1"], **stays}, "b": {"input": "1", **stays}},
        {"resource": {DATA: {"a": {"triggers_replace": ["2"], **stays}}}},
    )
    found = PlanDocument.read(file)
    assert found is not None
    assert told(judge(found.shown)) == {
        f"{DATA}.a": (Action.LEFT, Effect.DESTROYS_DATA, "TW975"),
        f"{DATA}.b": (Action.FORGOTTEN, Effect.SAFE, ""),
    }

"""Real Terraform makes anew, of production with recorded edits, exactly what the difference says."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.changes.edits.recorded import RECORDED, difference, production
from tests.changes.edits.rounds import replaced, rounds, together
from twinstack.rehearsal.terraform import Workspace, workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Production, applied."""
    folder = tmp_path_factory.mktemp("production")
    (folder / "cdk.tf.json").write_text(json.dumps(production().outputs.stack))
    types: dict[str, dict[str, Any]] = {}
    for number in range(len(rounds())):
        for kind, named in together(number).outputs.stack["resource"].items():
            types.setdefault(kind, {}).update(named)
    with workspace(folder, following={"resource": types}) as place:
        for arguments in (("init", "-no-color"), ("apply", "-auto-approve", "-no-color")):
            outcome = place.run(*arguments)
            assert outcome.status == 0, outcome.output
        yield place


def unprotected(stack: dict[str, Any]) -> dict[str, Any]:
    """The stack without `prevent_destroy`, at which a plan would end."""
    free = copy.deepcopy(stack)
    for named in free["resource"].values():
        for resource in named.values():
            resource.get("lifecycle", {}).pop("prevent_destroy", None)
    return free


@pytest.mark.parametrize("number", range(len(rounds())))
def test_a_plan_makes_anew_what_the_difference_says(number: int, standing: Workspace) -> None:
    after = together(number)
    standing.follow(unprotected(after.outputs.stack))
    outcome = standing.run("plan", "-json", timeout_seconds=1800)
    rows = [RECORDED[index] for index in rounds()[number]]
    told = {one["diagnostic"]["summary"] for one in outcome.messages if "diagnostic" in one}
    assert (told if outcome.status else set()) == {row.refused for row in rows if row.refused}, outcome.output
    if outcome.status:
        return
    planned = sorted(
        one["change"]["resource"]["addr"]
        for one in outcome.messages
        if one.get("type") == "planned_change" and one["change"]["action"] == "replace"
    )
    assert planned == replaced(difference(after)), [row.name for row in rows]

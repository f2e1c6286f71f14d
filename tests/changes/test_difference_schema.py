"""What `twinstack diff --json` prints has the form that its schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import twinstack
from tests.changes.test_infrastructure import FIELDS, GOLDEN
from tests.changes.test_workloads import GOLDEN as MANIFESTS
from twinstack.changes.compare import compare
from twinstack.changes.difference import RISKS, Cause, Change
from twinstack.changes.effect import Effect
from twinstack.changes.former import Outputs
from twinstack.cost.estimate import CostChange
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location

SCHEMA = json.loads((Path(twinstack.__file__).parent / "changes" / "difference.schema.json").read_bytes())
NOTHING = Outputs("nothing", {}, [])
ALL = Outputs("all", GOLDEN, MANIFESTS)


def validated(told: Any) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(told)] == []


@pytest.mark.parametrize(("before", "after"), [(ALL, ALL), (NOTHING, ALL), (ALL, NOTHING)])
def test_whatever_is_different_fits_the_schema(before: Outputs, after: Outputs) -> None:
    difference = compare(before, after, fields=FIELDS, users={"database": ("backend (read)",)})
    validated(json.loads(json.dumps({"environment": "prod", **difference.as_dict()})))


def test_a_cause_fits_the_schema_with_all_that_it_may_be() -> None:
    cause = Cause("a", Location("prod.yaml", 3), "removed", (Cause("", note="the program"),))
    change = Change(Half.WORKLOADS, "Service a/b", "", Action.CHANGED, Effect.SAFE, cause=cause)
    cost = CostChange(10.0, 12.4, 1).as_dict()
    told = {
        "environment": "e", "before": "", "after": "", "worst": None, "counts": {}, "cost": cost, "changes": [change.as_dict()],
    }  # fmt: skip
    validated(told)


def test_the_schema_refuses_what_it_does_not_know_and_knows_every_class_action_and_half() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["class"]["enum"] == [*RISKS]
    assert {*definitions["change"]["properties"]["action"]["enum"]} == {*map(str, Action)}
    assert definitions["change"]["properties"]["half"]["enum"] == [*map(str, Half)]
    with pytest.raises(AssertionError):
        validated(
            {"environment": "e", "before": "", "after": "", "worst": "bad", "counts": {}, "cost": None, "changes": []}
        )

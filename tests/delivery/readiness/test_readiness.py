"""When an object is ready, case by case: each rule of readiness.py, on what the cluster shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.delivery.readiness import RULES, UNCLAIMED_SECONDS, readiness

TABLE = yaml.safe_load((Path(__file__).parent / "readiness_cases.yaml").read_text(encoding="utf-8"))


def laid_over(below: Any, above: Any) -> Any:
    """Maps are merged, null takes away, anything else stands as it is above."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    merged = {**below, **{key: laid_over(below.get(key), held) for key, held in above.items()}}
    return {key: held for key, held in merged.items() if held is not None}


def live_of(case: Mapping[str, Any]) -> dict[str, Any]:
    return laid_over(TABLE["ready"][case["kind"]], case.get("is") or {})


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: f"{case['kind']}: {case.get('why') or case['rule']}")
def test_a_case_is_decided_by_its_rule(case: Mapping[str, Any]) -> None:
    found = readiness(live_of(case), least=case.get("least", 0))
    assert (found.rule, found.standing.value) == (case["rule"], case["standing"])
    assert found.settles_seconds == (UNCLAIMED_SECONDS if case.get("settles") else 0)
    if "detail" in case:
        assert found.detail == case["detail"]


def test_every_rule_decides_a_case() -> None:
    decided = {(live_of(case)["apiVersion"].rpartition("/")[0], case["kind"], case["rule"]) for case in TABLE["cases"]}
    known = {(*kind, rule.name) for kind, rules in RULES.items() for rule in rules}
    assert known <= decided, known - decided


@pytest.mark.parametrize("kind", [kind for _, kind in RULES])
def test_a_kind_with_a_table_is_never_ready_for_want_of_a_rule(kind: str) -> None:
    bare = {key: held for key, held in TABLE["ready"][kind].items() if key != "status"}
    assert readiness(bare).rule != "stored"

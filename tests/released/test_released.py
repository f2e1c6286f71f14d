"""A user of the last release is surprised by nothing: what is gone or different is written down and in the changelog."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.released.changes import CHANGES, OUTPUT, SURFACE, changes
from tests.released.product import leaves
from tests.released.surface import broken, surface

CHANGELOG = Path(__file__).parents[2] / "constructs/CHANGELOG.md"


def test_what_has_changed_since_the_last_release_is_what_was_reviewed() -> None:
    assert CHANGES.read_text(encoding="utf-8") == changes(), "if it is meant: make golden, and review the difference"


def test_a_name_that_breaks_somebody_stands_in_the_changelog() -> None:
    unreleased = CHANGELOG.read_text(encoding="utf-8").split("\n## ")[1]
    before = json.loads(SURFACE.read_text(encoding="utf-8"))
    unsaid = [path for path in broken(before, surface()) if f"`{path}`" not in unreleased]
    assert unsaid == [], "a break has to be said to users: name it in the first section of constructs/CHANGELOG.md"


def test_a_break_is_a_name_that_is_gone_or_another_promise() -> None:
    before = {"a.b": "class", "a.c": "(x: int) -> str", "a.d": "int = 3"}
    assert broken(before, {"a.b": "class", "a.c": "(x: int) -> str", "a.d": "int = 3", "a.e": "class"}) == []
    assert broken(before, {"a.b": "class", "a.c": "(x: int, y: int) -> str"}) == ["a.c", "a.d"]


def test_the_snapshot_holds_every_room_of_both_halves() -> None:
    held = json.loads(OUTPUT.read_text(encoding="utf-8"))
    kinds = {re.split(r"[.\[]", path)[0] for path in held}
    assert {
        "aws_db_instance",
        "aws_elasticache_replication_group",
        "aws_s3_bucket",
        "aws_eks_cluster",
        "aws_vpc",
    } <= kinds
    assert {"Deployment", "Job", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "compose"} <= kinds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": {"b": [1, {"c": None}]}}, {"a.b[0]": 1, "a.b[1].c": None}),
        ({"a": {}}, {"a": {}}),
        ({"//": 1, "a": []}, {"a": []}),
    ],
)
def test_every_value_has_its_path(value: object, expected: object) -> None:
    assert leaves(value) == expected

"""An instance type that is not known is warned of; every one that AWS has is known."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from twinstack.environment import instance_types
from twinstack.environment.instance_types import FILE, check_instance_type, families, read_model


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("m7g.large", ""), ("c5n.large", ""), ("g6.xlarge", ""), ("t3.micro", ""), ("db.t4g.micro", "db."), ("db.r6g.large", "db."),
        ("db.x2g.large", "db."), ("db.m1.small", "db."), ("cache.t4g.micro", "cache."), ("cache.r7g.large", "cache."), ("cache.t1.micro", "cache."),
    ],
)  # fmt: skip
def test_a_type_that_aws_has_is_known(name: str, prefix: str) -> None:
    assert [*check_instance_type(name, (), prefix)] == []


@pytest.mark.parametrize(
    ("name", "prefix", "fix"),
    [
        ("t99.foo", "", None),
        ("m7g.largee", "", "did you mean `m7g.large`?"),
        ("db.t9z.micro", "db.", None),
        ("db.t44g.micro", "db.", "did you mean `db.t4g.micro`?"),
        ("cache.t4g.huge", "cache.", None),
    ],
)
def test_one_that_is_not_known_is_warned_of(name: str, prefix: str, fix: str | None) -> None:
    (found,) = check_instance_type(name, ("machine",), prefix)
    assert (found.code, found.given, found.warning, found.acknowledgeable) == ("TW765", name, True, True)
    assert fix is None or found.fix == fix


def test_the_list_is_the_models_own() -> None:
    written, model = json.loads((Path(instance_types.__file__).parent / FILE).read_text()), read_model()
    assert datetime.date.fromisoformat(written["read"])
    if written["botocore"] == model["botocore"]:
        assert written["families"] == model["families"]
    else:  # a newer one has more
        assert set(written["families"]) <= set(model["families"])


def test_the_list_is_whole() -> None:
    assert len(families()) > 200
    assert sum(map(len, families().values())) > 1400

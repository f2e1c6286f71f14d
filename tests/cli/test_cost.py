"""`twinstack cost`: for people the dearest thing first, for machines each line with the date of its price."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import twinstack
from stacks import product
from twinstack.cli import cost as command
from twinstack.cli.application import application
from twinstack.cli.ending import status_of

SCHEMA = json.loads((Path(twinstack.__file__).parent / "cost" / "cost.schema.json").read_bytes())


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(command, "find_product_with_engine", lambda: product)
    monkeypatch.setattr(sys, "argv", ["twinstack", "cost", *arguments])
    assert status_of(application) == 0
    return capsys.readouterr().out


def test_the_dearest_thing_stands_first_and_the_sum_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = typed(monkeypatch, capsys, "prod").splitlines()
    assert lines[0] == "analytics-prod  us-west-2, list prices on demand, USD for a month of 730 hours"
    assert lines[2].split() == ["database", "131.85"]
    assert lines[3].split() == ["db.t3.medium,", "two", "zones", "105.85"]
    assert "3 x NAT gateway 98.55" in [" ".join(line.split()) for line in lines]
    assert "3 x nat gateway: what goes through it by use 0.045 USD a GB, either way" in [
        " ".join(one.split()) for one in lines
    ]
    assert lines[-3].split() == ["in", "all", "451.56"]


def test_machines_get_each_line_with_its_price_and_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("dev", "--set", "database.instance_class=db.m7g.large", "--json")
    told: dict[str, Any] = json.loads(typed(monkeypatch, capsys, *given))
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    database = next(one for one in told["lines"] if one["what"].startswith("db.m7g.large"))
    assert database == {
        "thing": "database", "subject": "aws_db_instance.database", "what": "db.m7g.large, one zone", "charged": "fixed",
        "quantity": 730, "unit": "hour", "usd_each": 0.168, "usd_monthly": 122.64, "note": "", "published": "2025-04-04",
        "page": "https://aws.amazon.com/rds/postgresql/pricing/",
    }  # fmt: skip

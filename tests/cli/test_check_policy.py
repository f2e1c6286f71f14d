"""`twinstack check --policy`: both halves are made and judged, and nothing is left of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks import product
from twinstack.cli.check import check
from twinstack.environment import Half
from twinstack.errors import ConfigurationError
from twinstack.policy import Fault, Rules
from twinstack.policy.rule import Rule

WARNED = "warning TW388: acme-asks: acme asks for something"


def rules(**more: Any) -> tuple[Rule, ...]:
    found = Rules(Half.INFRASTRUCTURE)
    found("acme-asks", "Acme asks for something", "do it", **more)(
        lambda stack: [Fault(one.address, "engine", "postgres", "another") for one in stack.of("aws_db_instance")]
    )
    return tuple(found)


def outputs() -> set[Path]:
    return {path for folder in ("cdktf.out", "dist") for path in (product.root / folder).rglob("*")}


def test_a_warning_is_said_once_for_all_environments_and_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("twinstack.policy.judgement.every_rule", rules)
    before = outputs()
    check(product, (), today=None, as_json=False, by_policy=True)
    assert outputs() == before
    out, err = capsys.readouterr()
    assert "no errors in the environments" in out
    assert err.count(WARNED) == 3  # at the line of each environment's own layer
    check(product, ["dev"], today=None, as_json=True, by_policy=True)
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["code"], problem["severity"], problem["path"], problem["environment"]) == (
        "TW388",
        "warning",
        "database",
        "dev",
    )
    assert problem["given"] == "aws_db_instance.database engine: postgres"


def test_an_error_ends_it_with_2_and_plain_check_asks_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinstack.policy.judgement.every_rule", lambda: rules(severity="error"))
    with pytest.raises(ConfigurationError, match="error TW388: acme-asks"):
        check(product, ["dev"], today=None, as_json=False, by_policy=True)
    with pytest.raises(SystemExit) as ended:
        check(product, ["dev"], today=None, as_json=True, by_policy=True)
    assert ended.value.code == 2
    check(product, ["dev"], today=None, as_json=True)

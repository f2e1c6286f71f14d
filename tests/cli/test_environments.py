"""`twinstack list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinstack.cli.environments import list_environments
from twinstack.cli.project import find_product


def test_environments_are_listed_with_where_they_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_environments(find_product(), as_json=False)
    assert [line.split()[:5] for line in capsys.readouterr().out.splitlines()] == [
        ["environment", "account", "region", "version", "protected"],
        ["dev", "111122223333", "eu-central-1", "1.0.0", "no"],
        ["prod", "444455556666", "eu-central-1", "1.0.0", "yes"],
    ]
    list_environments(find_product(), as_json=True)
    assert [(each["name"], each["stack"], each["protected"]) for each in json.loads(capsys.readouterr().out)] == [
        ("dev", "shop-dev", False),
        ("prod", "shop-prod", True),
    ]

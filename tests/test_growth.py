"""A product may grow: nothing is worked out again for each link, each variable or each pair of workloads."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import growing
from twinstack.cli.project import load_product
from twinstack.environment import base
from twinstack.environment.spec import Half
from twinstack.policy.kubernetes import objects
from twinstack.product import Product
from twinstack.settings import SettingsSpec
from twinstack.synthesis import synthesized

WORKLOADS = 20


@pytest.fixture
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product[Any]:
    """Twenty workloads, each with links to the settings of all."""
    growing.write(tmp_path, WORKLOADS, every_link=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("grown", "grown.infrastructure", "grown.workloads"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return load_product("grown:product", tmp_path)


def counted(calls: Counter[str], name: str, function: Any) -> Any:
    """The function, whose calls are counted."""

    def call(*given: Any, **named: Any) -> Any:
        calls[name] += 1
        return function(*given, **named)

    return call


def test_an_offer_is_asked_once_however_many_links_there_are(
    grown: Product[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(SettingsSpec, "offer", counted(calls, "offer", SettingsSpec.offer))
    environment = grown.load("live")
    assert len(environment.links) == WORKLOADS * (WORKLOADS + 1)
    assert [len(environment.variables_of(one)) for one in environment.workloads] == [WORKLOADS + 1] * WORKLOADS
    assert calls["offer"] == WORKLOADS


def test_names_and_selectors_are_not_looked_at_for_each_pair(
    grown: Product[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(base, "content_name", counted(calls, "content_name", base.content_name))
    monkeypatch.setattr(objects, "chosen", counted(calls, "chosen", objects.chosen))
    with synthesized(grown, grown.load_all(), [Half.WORKLOADS]) as output:
        assert len([*output.manifests(grown.load("live")).glob("30-*.yaml")]) == WORKLOADS
    assert calls["content_name"] <= 2
    assert calls["chosen"] < 20 * WORKLOADS

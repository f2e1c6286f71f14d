"""A name goes slowly: it warns, says when it will be gone, and is then really gone."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import pytest
from pydantic import Field

from twinstack.deprecation import ANNOUNCED, TwinstackDeprecationWarning, deprecated, going
from twinstack.environment import Environment, Spec
from twinstack.layers.load import load_text
from twinstack.layers.schema import layer_schema

PYPROJECT = Path(__file__).parents[1] / "constructs/pyproject.toml"
TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"


def release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ANNOUNCED, "acme.old", raising=False)


@pytest.mark.usefixtures("forget")
def test_calling_it_says_when_it_goes_and_what_to_write_instead() -> None:
    @deprecated("acme.old", gone_in="9.0", instead="acme.new")
    def old(value: int) -> int:
        return value + 1

    with pytest.warns(TwinstackDeprecationWarning, match=r"acme\.old is deprecated and will be gone in twinstack 9\.0: use acme\.new"):  # fmt: skip
        assert old(1) == 2
    assert ANNOUNCED.pop("acme.old") == "9.0"


class OldSpec(Spec):
    size: int = 1
    gib: int | None = Field(default=None, json_schema_extra=going(gone_in="9.0", instead="size: 3"))
    """Use size."""


class Shop(Environment):
    disk: OldSpec


def test_a_layer_that_sets_a_deprecated_key_is_warned_with_its_line() -> None:
    loaded = load_text(Shop, "live", {"base": TOP, "live": "disk:\n  gib: 3"}, datetime.date(2026, 11, 24))
    (warning,) = loaded.warnings
    assert (warning.code, warning.message) == ("TW505", "`gib` will be gone in twinstack 9.0")
    assert str(warning.location) == "environments/live.yaml:2"
    assert (warning.fix, warning.warning) == ("write `size: 3`", True)
    assert load_text(Shop, "live", {"base": TOP, "live": "disk: {}"}, datetime.date(2026, 11, 24)).warnings == ()


def test_an_editor_strikes_a_deprecated_key_through() -> None:
    assert "'deprecated': True" in str(layer_schema(Shop, base=True))


def test_nothing_that_was_announced_to_be_gone_is_still_here() -> None:
    now = release(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])
    assert [name for name, gone_in in ANNOUNCED.items() if release(gone_in) <= now] == []

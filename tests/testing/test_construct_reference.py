"""How `check_resource` finds the construct of an outsider's package, and what it says where that fails."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from twinstack.environment import ResourceSpec
from twinstack.testing import check_resource
from twinstack.testing.construct_reference import _root

THING = """\
from typing import TYPE_CHECKING

from twinstack.environment import Offer, ResourceSpec

if TYPE_CHECKING:
    import cdktf


class ThingSpec(ResourceSpec):
    def offer(self, access):
        return Offer()

    def local(self):
        from acme_thing.local import stand_in

        return stand_in()
"""
LOCAL = """\
from twinstack.local import StandIn


def stand_in():
    return StandIn()
"""


@pytest.fixture
def thing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., type[ResourceSpec]]]:
    """Writes the package of an outsider, and imports its spec."""

    def write(**files: str) -> type[ResourceSpec]:
        folder = tmp_path / "acme_thing"
        folder.mkdir()
        for name, text in {"__init__": "", "spec": THING, "local": LOCAL, **files}.items():
            (folder / f"{name}.py").write_text(text)
        return importlib.import_module("acme_thing.spec").ThingSpec

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_thing"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "from cdktf_cdktf_provider_aws.sqs_queue import SqsQueu",
            "ImportError: cannot import name 'SqsQueu' from 'cdktf_cdktf_provider_aws.sqs_queue': did you mean SqsQueue?",
        ),
        (
            "import acme_thing.loca",
            "ModuleNotFoundError: No module named 'acme_thing.loca': did you mean acme_thing.local?",
        ),
        (
            "from cdktf_cdktf_provider_random.password import Password",
            "cdktf_cdktf_provider_random is not installed: pip install cdktf-cdktf-provider-random",
        ),
        ("class Thing(", "not Python: '(' was never closed"),
    ],
)
def test_a_module_that_fails_while_it_is_imported_is_told_by_its_own_line(thing: Any, text: str, said: str) -> None:
    spec = thing(aws=text)
    with pytest.raises(AssertionError) as caught:
        check_resource(spec, "acme_thing.aws:Thing", example={})
    first = f"ThingSpec: 1 thing is wrong\n  1. the construct cannot be imported: acme_thing/aws.py:1: {said}"
    assert str(caught.value) == first


def test_a_spec_whose_stand_in_starts_the_engine_is_refused(thing: Any) -> None:
    spec = thing(local=f"import json\nfrom cdktf import Token\n{LOCAL}", aws="Thing = print")
    with pytest.raises(AssertionError) as caught:
        check_resource(spec, "acme_thing.aws:Thing", example={})
    said = "acme_thing/local.py:2 imports cdktf, which starts the engine whenever the spec is read: import it in the "
    assert f"1. {said}construct's module alone" in str(caught.value)


def test_the_bindings_fit_the_package_of_the_construct_from_wherever_it_is_tested(
    thing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert _root("acme_thing.aws") == tmp_path
    assert _root("no_such_package.aws") == tmp_path / "elsewhere"

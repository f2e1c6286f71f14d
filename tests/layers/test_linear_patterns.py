"""No pattern that is held against what people write takes more than linear time: a megabyte of anything is read at once.

Each pattern of the package is run over long texts of the kinds that make a pattern start again at every letter. At this
size a quadratic one would need an hour, so what counts is that the test ends; a minute's alarm makes that a failure.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final

import pytest

import twinstack
from stacks.environment import AnalyticsEnvironment
from twinstack.environment.names import NameRule
from twinstack.layers.schema import whole_schema
from twinstack.layers.secret_shapes import SHAPES, Shape
from twinstack.layers.secrets_in_text import by_name, by_shape, may_be_secret, secrets_by_line

SIZE: Final = 100_000
UNITS: Final = (
    "k", "K", "1", "0a", "a-", "-", "_", ".", "/", ":", " ", "\n", "\t", "@", "${", "}", "a.", "a_A", "a/", "://", "://a",
    "a://", "://a:", "a@", "a:", "-----BEGIN ", " PRIVATE KEY", "a b", "%", "<", "{{", "*", "=", ",", "\\", "'", '"', "(", "[",
)  # fmt: skip
ENDS: Final = ("", "!", "\n\n")
PACKAGE: Final = Path(twinstack.__file__).parent
ROOMS: Final = ("layers", "policy", "environment", "quotas", "cli", "local", "starting")
"""What reads text of people's, beside the specs."""


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, and whether it is looked for anywhere in a text, or has to fit the whole of it (or its beginning)."""

    pattern: str
    flags: int
    anywhere: bool

    def run(self, text: str) -> None:
        compiled = re.compile(self.pattern, self.flags)
        if self.anywhere:
            compiled.search(text)
        else:
            compiled.fullmatch(text)
            compiled.match(text)


def patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    match value:
        case re.Pattern() if isinstance(value.pattern, str):
            yield value
        case NameRule():
            yield value.pattern
        case Mapping():
            for each in value.values():
                yield from patterns_in(each)
        case tuple() | list() | frozenset():
            for each in value:
                yield from patterns_in(each)


def of_module(module: ModuleType) -> Iterator[Used]:
    """The constants, by how the module's own text uses each."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    for name, value in {**vars(module), **_name_rules(module)}.items():
        anywhere = re.search(rf"\b{re.escape(name)}\.(?:search|finditer|findall|sub|split)\(", source) is not None
        for found in patterns_in(value):
            yield Used(found.pattern, found.flags, anywhere)


def _name_rules(module: ModuleType) -> dict[str, Any]:
    return {f"{name}.name_rules": getattr(value, "name_rules", None) for name, value in vars(module).items()}


def compiled() -> Iterator[Used]:
    for room in ROOMS:
        package = importlib.import_module(f"twinstack.{room}")
        for found in pkgutil.iter_modules(package.__path__, f"twinstack.{room}."):
            yield from of_module(importlib.import_module(found.name))
    for spec in PACKAGE.glob("*/**/spec.py"):
        parts = ("twinstack", *spec.relative_to(PACKAGE).with_suffix("").parts)
        yield from of_module(importlib.import_module(".".join(parts)))


def literal() -> Iterator[Used]:
    """Those that stand as text in a call of `re`."""
    for room in ROOMS:
        for file in (PACKAGE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id="re"), attr=how), args=[ast.Constant(value=str(text)), *_]
                    ):
                        if how != "compile":
                            yield Used(text, 0, how not in {"match", "fullmatch"})


def of_schemas() -> Iterator[Used]:
    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("pattern"), str):
                yield node["pattern"]
            yield from node.get("patternProperties", ())
            for each in node.values():
                yield from walk(each)
        elif isinstance(node, list):
            for each in node:
                yield from walk(each)

    for text in walk(whole_schema(AnalyticsEnvironment)):
        yield Used(text, 0, anywhere=True)


@cache
def all_patterns() -> list[Used]:
    return sorted({*compiled(), *literal(), *of_schemas()}, key=lambda each: (each.pattern, each.flags, each.anywhere))


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"a minute of processor time: this is not linear ({number}, {frame and frame.f_lineno})")

    # Of processor time: on a machine that is busy, a minute by the clock may go by with little done.
    former = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


def test_the_patterns_of_the_package_are_found() -> None:
    found = all_patterns()
    assert len(found) > 60
    assert Used("^[0-9]{12}$", 0, anywhere=True) in found


@pytest.mark.parametrize("unit", UNITS)
def test_no_pattern_starts_again_at_every_letter(unit: str) -> None:
    for pattern in all_patterns():
        for end in ENDS:
            pattern.run(unit * (SIZE // len(unit)) + end)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_no_shape_of_a_secret_does_either(shape: Shape) -> None:
    for mark in shape.marks:
        for unit in (mark, f"-{mark}", f" {mark}a", f"0{mark}", f"{mark}-", f"{mark}."):
            assert list(shape.matches(unit * (20_000 // len(unit)))) is not None


@pytest.mark.parametrize("unit", ["k", "a-", "://:", "-eyJ", "a://a:", "0a", "-AKIA", "\n", " ", "_", "key: v\n"])
def test_a_megabyte_is_searched_for_secrets(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert list(secrets_by_line(text)) == []
    assert by_shape(text) is None
    assert by_name("some_key", text) is None
    assert may_be_secret("some", text) in (True, False)


def test_many_secrets_are_counted_once_each() -> None:
    """Their lines are counted on from one to the next, not from the beginning."""
    line = "a: postgresql://user:" + "pa55@db/x\n"
    found = list(secrets_by_line(line * 50_000))
    assert found[-1] == (50_000, "a password in a URL")
    assert len(found) == 50_000

"""What the library promises: the names of each package, each of them described, and all its data in the wheel.

A name that goes, or changes, is a release that breaks somebody: this list then changes in the same commit.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest

import twinstack
from tests.surface import SURFACE

ROOT: Final = Path(twinstack.__file__).parent
DESCRIBED_ONCE: Final = {
    "resource": "the escape hatch: the main object that a construct has made, in every room of both halves",
    "as_dict": "plain data, for JSON",
    "cluster_name": "the protocol Admitting describes it",
}
"""Names that mean the same wherever they stand, and what."""


def packages() -> list[str]:
    return sorted(".".join(("twinstack", *path.parent.relative_to(ROOT).parts)) for path in ROOT.rglob("__init__.py"))


def public(name: str) -> list[tuple[str, Any]]:
    module = importlib.import_module(name)
    return [(f"{name}.{each}", getattr(module, each)) for each in SURFACE[name]]


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The methods and properties that a class of ours defines for others, not those of pydantic or jsii."""
    for name, member in vars(kind).items():
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and (
            isinstance(member, property | cached_property) or inspect.isfunction(function)
        ):
            yield name, member


def description(kind: type, name: str) -> str:
    """What the class says of its member, or the nearest base of ours that has it."""
    found = (vars(base).get(name) for base in kind.__mro__ if base.__module__.startswith("twinstack"))
    return next((text for member in found if (text := getattr(member, "__doc__", None))), "")


def test_every_package_says_what_it_promises() -> None:
    assert packages() == sorted(SURFACE)


@pytest.mark.parametrize("name", SURFACE)
def test_a_package_promises_these_names_and_has_them(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__all__ == sorted(SURFACE[name], key=lambda each: (each[0].islower(), each)) == SURFACE[name]
    assert [each for each in SURFACE[name] if not hasattr(module, each)] == []


@pytest.mark.parametrize("name", SURFACE)
def test_a_package_and_every_public_name_is_described(name: str) -> None:
    assert importlib.import_module(name).__doc__
    silent = []
    for path, value in public(name):
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        # A dataclass without a description is given its signature as one.
        if not value.__doc__ or value.__doc__.startswith(f"{value.__name__}("):
            silent.append(path)
        if inspect.isclass(value) and value.__module__.startswith("twinstack"):
            silent += [
                f"{path}.{member}"
                for member, _ in members(value)
                if member not in DESCRIBED_ONCE and not description(value, member)
            ]
    assert silent == [], "without a docstring"


def test_the_wheel_is_typed_and_holds_all_that_is_read_while_running(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: no wheel can be built")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("twinstack/")}
    written = {
        path.relative_to(ROOT.parent).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == written
    assert {
        "twinstack/py.typed",
        "twinstack/bindings/kernel.js",
        "twinstack/rehearsal/control_plane/simulation.yaml",
        "twinstack/rehearsal/schemas/aws-6.69.1.json.xz",
        "twinstack/rehearsal/schemas/aws-6.25.0.json.xz",
    } <= held
    assert any(name.startswith("twinstack/rehearsal/crds/") for name in held)

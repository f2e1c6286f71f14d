"""Findings of security scanners that are accepted, each with a sentence that a reviewer can judge.

They stand beside the code that causes them, as `ACCEPTED` in a room's `aws.py` or `kubernetes.py`, or in a foundation.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from twinstack.environment import Environment


@dataclass(frozen=True, slots=True)
class Accepted:
    """One check of checkov that one kind of resource does not pass, and why that is right."""

    check: str
    kind: str
    """The Terraform resource type, or the Kubernetes kind; empty: every kind."""
    reason: str


def every_accepted(rooms: Iterable[str] = ()) -> Iterator[Accepted]:
    """What the library accepts, and the packages of resource types from outside, in every module that says `ACCEPTED`.

    Imports the halves, so it starts node.
    """
    for package in dict.fromkeys(("twinstack", *rooms)):
        for file in importlib.import_module(package).__path__:
            root = Path(file)
            for path in sorted(root.rglob("*.py")):
                if "\nACCEPTED" in path.read_text(encoding="utf-8"):
                    name = ".".join((package, *path.relative_to(root).with_suffix("").parts))
                    yield from importlib.import_module(name).ACCEPTED


def outside_rooms(environment: Environment) -> list[str]:
    """The packages of the resource types that an environment has from outside the library."""
    packages = {type(spec).__module__.rpartition(".")[0] for spec in environment.specs.values()}
    return sorted(package for package in packages if package and package.split(".")[0] != "twinstack")

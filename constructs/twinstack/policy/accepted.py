"""Findings of security scanners that are accepted, each with a sentence that a reviewer can judge.

They stand beside the code that causes them, as `ACCEPTED` in a room's `aws.py` or `kubernetes.py`, or in a foundation.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import twinstack


@dataclass(frozen=True, slots=True)
class Accepted:
    """One check of checkov that one kind of resource does not pass, and why that is right."""

    check: str
    kind: str
    """The Terraform resource type, or the Kubernetes kind; empty: every kind."""
    reason: str


def every_accepted() -> Iterator[Accepted]:
    """What the library accepts, from every module that says `ACCEPTED`. Imports the halves, so it starts node."""
    root = Path(twinstack.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "\nACCEPTED" in path.read_text(encoding="utf-8"):
            name = ".".join(("twinstack", *path.relative_to(root).with_suffix("").parts))
            yield from importlib.import_module(name).ACCEPTED

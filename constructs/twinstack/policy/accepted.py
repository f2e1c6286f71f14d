"""Findings of security scanners that are accepted, each with a sentence that a reviewer can judge.

They stand beside the code that causes them, as `ACCEPTED` in a room's `aws.py` or `kubernetes.py`, or in a foundation.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from twinstack.environment import Environment
from twinstack.layers.load import SCANNERS_CHECK


@dataclass(frozen=True, slots=True)
class Accepted:
    """One check of checkov's, or one rule, that one kind of resource does not pass, and why that is right."""

    check: str
    kind: str
    """The Terraform resource type, or the Kubernetes kind; empty: every kind."""
    reason: str
    place: str = ""
    """What alone it is about: `aws_s3_bucket.exports`, `Deployment shop/web`, or a finding in it; empty: everything."""

    @property
    def said(self) -> str:
        """As it stands in YAML."""
        return f"{self.check} {self.place}".rstrip()

    @property
    def is_of_rules(self) -> bool:
        """Whether it is about a rule, and not about a check of checkov's."""
        return self.check.islower()

    def covers(self, check: str, place: str, kind: str = "") -> bool:
        """Whether a finding, `Deployment shop/web spec.replicas`, is accepted by this: the place may say as much of it as it likes."""
        words = self.place.split()
        return self.check == check and (not self.kind or self.kind == kind) and place.split()[: len(words)] == words


def accepted_of(acknowledged: Mapping[str, str]) -> Iterator[Accepted]:
    """What a spec's YAML acknowledges of checkov and of rules: `{does-not-exist Deployment shop/web: "…"}`."""
    for said, reason in sorted(acknowledged.items()):
        if SCANNERS_CHECK.fullmatch(said):
            check, _, place = said.partition(" ")
            yield Accepted(check, "", reason, place)


def accepted_in(packages: Iterable[str]) -> Iterator[Accepted]:
    """What the modules of packages say as `ACCEPTED`, of the library too. Imports them, so it starts node."""
    for package in dict.fromkeys(("twinstack", *packages)):
        module = importlib.import_module(package)
        if not hasattr(module, "__path__"):
            yield from getattr(module, "ACCEPTED", ())
        for file in getattr(module, "__path__", ()):
            root = Path(file)
            for path in sorted(root.rglob("*.py")):
                if "\nACCEPTED" in path.read_text(encoding="utf-8"):
                    name = ".".join((package, *path.relative_to(root).with_suffix("").parts))
                    yield from importlib.import_module(name.removesuffix(".__init__")).ACCEPTED


def own_package(environment: Environment) -> str:
    """The package of the product itself, whose code accepts what it makes beside its specs."""
    return type(environment).__module__.partition(".")[0]


def outside_rooms(environment: Environment) -> list[str]:
    """The packages of the resource types that an environment has from outside the library."""
    packages = {type(spec).__module__.rpartition(".")[0] for spec in environment.specs.values()}
    return sorted(package for package in packages if package and package.split(".")[0] != "twinstack")

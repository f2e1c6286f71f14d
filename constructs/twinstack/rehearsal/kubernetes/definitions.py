"""Definitions of custom resources: those built in, written from each product's documentation, and how one is installed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.errors import ConfigurationError, Location, Problem, RehearsalError
from twinstack.rehearsal.kubernetes.inventory import value


@dataclass(frozen=True, slots=True)
class Definition:
    """One CustomResourceDefinition, and where it was read."""

    data: JsonObject
    location: Location | None = None
    """The file it was given in; None for one that is built in."""

    @property
    def name(self) -> str:
        """`certificates.cert-manager.io`."""
        return str(value(self.data, "metadata", "name", otherwise=""))

    @property
    def group(self) -> str:
        """`cert-manager.io`."""
        return str(self.data["spec"]["group"])

    @property
    def kind(self) -> str:
        """`Certificate`."""
        return str(self.data["spec"]["names"]["kind"])

    @property
    def served(self) -> list[str]:
        """The versions that the cluster serves: `v1`."""
        return [str(one["name"]) for one in self.data["spec"]["versions"] if one.get("served")]

    @property
    def manifest(self) -> JsonObject:
        """What is installed: without what only its own cluster can know.

        A conversion is left out, for no webhook answers here: each version is checked by its own schema all the same.
        """
        approved = value(self.data, "metadata", "annotations", _APPROVED)
        return {
            "apiVersion": self.data["apiVersion"],
            "kind": self.data["kind"],
            "metadata": {"name": self.name, **({"annotations": {_APPROVED: approved}} if approved else {})},
            "spec": {key: held for key, held in self.data["spec"].items() if key != "conversion"},
        }


def built_in(api_version: str, kind: str) -> Definition | None:
    """The built-in definition of this kind; None where there is none."""
    group, _, version = api_version.partition("/")
    for found in _of_group(group) if version else ():
        if found.kind == kind and version in found.served:
            return found
    return None


def all_built_in() -> list[Definition]:
    """Every definition that is built in, by group and name."""
    return [_load(name) for name in _files()]


def install(api: ApiServer, wanted: Iterable[Definition]) -> None:
    """Installs definitions and waits until the server serves them.

    Raises ConfigurationError with each given one that the server refuses, and RehearsalError where it is a built-in one.
    """
    names: list[str] = []
    problems: list[Problem] = []
    for one in wanted:
        answer = api.apply(one.manifest, force=True)
        if not answer.refusal:
            names.append(one.name)
        elif one.location is None:
            raise RehearsalError(f"the API server refused our own definition {one.name}: {answer.refusal}")
        else:
            problems.append(
                Problem(
                    "TW839",
                    "the API server refuses the definition",
                    one.name,
                    one.location,
                    given=answer.refusal,
                    fix="give the whole definition: kubectl get crd -o yaml",
                )
            )
    if problems:
        raise ConfigurationError(problems)
    wait_until_served(api, names)


def wait_until_served(api: ApiServer, names: Iterable[str]) -> None:
    """Waits until these definitions are established. Raises RehearsalError where one is not after 20 s."""
    end = time.monotonic() + _TIMEOUT_SECONDS
    waiting = list(names)
    while waiting:
        waiting = [name for name in waiting if not _is_established(api, name)]
        if waiting and time.monotonic() > end:
            raise RehearsalError(
                f"the API server does not serve {', '.join(waiting)} {_TIMEOUT_SECONDS:g} s after it took it"
            )
        if waiting:
            time.sleep(_POLL_SECONDS)


def _is_established(api: ApiServer, name: str) -> bool:
    found = api.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)
    if found is None:
        return False
    conditions = {one["type"]: one["status"] for one in value(found, "status", "conditions", otherwise=[])}
    spec = found["spec"]
    served = (f"{spec['group']}/{one['name']}" for one in spec["versions"] if one["served"])
    return conditions.get("Established") == "True" and all(
        api.resource(version, spec["names"]["kind"]) is not None for version in served
    )


def _of_group(group: str) -> Iterator[Definition]:
    # The files are named <group>_<plural>.yaml, so that only those of one group are read.
    for name in _files():
        if name.startswith(f"{group}_"):
            yield _load(name)


@cache
def _files() -> tuple[str, ...]:
    folder = resources.files("twinstack.rehearsal") / "crds"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")))


@cache
def _load(name: str) -> Definition:
    text = (resources.files("twinstack.rehearsal") / "crds" / name).read_text(encoding="utf-8")
    return Definition(yaml.load(text, Loader=_LOADER))  # noqa: S506  the safe loader, in C where there is one


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_APPROVED: Final = "api-approved.kubernetes.io"  # Demanded of every definition in a group of *.k8s.io.
_TIMEOUT_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.1

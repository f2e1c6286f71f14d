"""Reads the CustomResourceDefinitions of a real cluster: what `kubectl get crd -o yaml` prints, or a project's own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.rehearsal.kubernetes.definitions import Definition
from twinstack.rehearsal.kubernetes.inventory import value


def read_definitions(folder: Path) -> tuple[Definition, ...]:
    """The definitions in a folder and the folders inside it: YAML or JSON, one, several documents, or a List.

    What else stands in a file beside a definition is passed over: projects publish both in one file.

    Raises UsageError where the folder does not exist or holds no such file, and ConfigurationError with every file that
    cannot be read (TW834), that holds no definition (TW835), that is written for `apiextensions.k8s.io/v1beta1` (TW838)
    or half (TW839), every kind that is defined twice (TW836) and every definition that serves no version (TW837).
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: --definitions takes one, with what `kubectl get crd -o yaml` printed")
    files = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not files:
        raise UsageError(f"{folder} holds no file of {', '.join(_SUFFIXES)}: write one with `kubectl get crd -o yaml`")
    found: list[Definition] = []
    problems: list[Problem] = []
    for path in files:
        for one in _read(path):
            if isinstance(one, Definition):
                found.append(one)
            else:
                problems.append(one)
    problems += _given_twice(found)
    if problems:
        raise ConfigurationError(problems)
    return tuple(found)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads what Kubernetes writes: YAML without dates, and with `=` as a text.

    PyYAML takes an unquoted `=`, which is in the enums of well-known definitions, for YAML 1.1's default value.
    """


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def _read(path: Path) -> Iterator[Definition | Problem]:
    location = Location(str(path))
    try:
        documents = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=_Loader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        yield Problem(
            "TW834",
            "the file cannot be read as YAML or JSON",
            location=location,
            given=" ".join(str(error).split()),
            fix="write it again, or take it out of the folder",
        )
        return
    objects = [one for document in documents for one in _objects(document)]
    definitions = [one for one in objects if one.get("kind") == _KIND]
    if not definitions:
        kinds = sorted({str(one.get("kind") or "nothing with a kind") for one in objects})
        yield Problem(
            "TW835",
            f"the file holds no {_KIND}",
            location=location,
            given=", ".join(kinds) or "nothing",
            allowed=f"{_KIND}, alone, in several documents, or in a List",
            fix="take the file out of the folder",
        )
    for data in definitions:
        yield _definition(location, data)


def _definition(location: Location, data: dict[str, Any]) -> Definition | Problem:
    found = Definition(data, location)
    if data.get("apiVersion") != _API_VERSION:
        return Problem(
            "TW838",
            "the definition is of an API version that Kubernetes no longer takes",
            found.name,
            location,
            given=str(data.get("apiVersion")),
            allowed=_API_VERSION,
            fix="give what the cluster has now: kubectl get crd -o yaml",
        )
    missing = [name for name, held in _needed(data) if not held]
    if missing:
        return Problem(
            "TW839",
            "the definition is incomplete",
            found.name,
            location,
            given=f"no {' and no '.join(missing)}",
            fix="give the whole definition: kubectl get crd -o yaml",
        )
    if not found.served:
        return Problem(
            "TW837",
            "the definition serves no version, so the cluster knows no such kind",
            found.name,
            location,
            given=", ".join(
                f"{one.get('name')}: served {one.get('served', False)}" for one in data["spec"]["versions"]
            ),
            fix="give the definition that the cluster has now, or take the file out of the folder",
        )
    return found


def _needed(data: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    versions = value(data, "spec", "versions")
    whole = isinstance(versions, list) and all(isinstance(value(one, "name"), str) for one in versions)
    for path in ("metadata.name", "spec.group", "spec.names.kind", "spec.names.plural"):
        yield path, isinstance(value(data, *path.split(".")), str)
    yield "spec.versions", whole and bool(versions)


def _given_twice(found: Iterable[Definition]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Definition] = {}
    for one in found:
        other = first.setdefault((one.group, one.kind), one)
        if other is not one:
            yield Problem(
                "TW836",
                f"two definitions of {one.kind}.{one.group}, and a cluster has only one",
                one.name,
                one.location,
                given=f"also in {other.location}",
                fix="keep the one that the cluster has",
            )


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    """The objects of a document: itself, or what a List holds."""
    if isinstance(document, dict) and str(document.get("kind", "")).endswith("List") and "items" in document:
        for item in document["items"] or []:
            yield from _objects(item)
    elif isinstance(document, dict):
        yield document
    elif document is not None:
        yield {}


_KIND: Final = "CustomResourceDefinition"
_API_VERSION: Final = "apiextensions.k8s.io/v1"
_SUFFIXES: Final = (".json", ".yaml", ".yml")

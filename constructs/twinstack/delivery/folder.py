"""Reads a folder of manifests: all that is wrong with it at once, and nothing of it where anything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError

from twinstack.api_server.places import is_namespaced
from twinstack.delivery.manifest import Identity, Manifest
from twinstack.errors import ConfigurationError, Location, Problem, UsageError


def read_manifests(folder: Path) -> tuple[Manifest, ...]:
    """The objects of a folder: files by name, documents in order.

    Raises UsageError where there is no such folder, or no manifest in it; ConfigurationError with each document that is
    no object (TW940), each object that lands in another namespace than it says (TW942), and each given twice (TW941).
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder of manifests")
    files = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file())
    found = [one for path in files for one in _documents(path)]
    manifests = tuple(one for one in found if isinstance(one, Manifest))
    problems = [one for one in found if isinstance(one, Problem)]
    problems += [*_twice(manifests), *_misplaced(manifests)]
    if problems:
        raise ConfigurationError(problems)
    if not manifests:
        raise UsageError(f"{folder} holds no manifest ({', '.join(_SUFFIXES)})")
    return manifests


def location_of(manifest: Manifest | None) -> Location | None:
    """Where a manifest stands, for a Problem; None for one that comes from a record."""
    file, _, line = (manifest.file if manifest else "").rpartition(":")
    return Location(file, int(line)) if file and line.isdigit() else Location(manifest.file) if manifest else None


def _documents(path: Path) -> Iterator[Manifest | Problem]:
    try:
        with path.open("rb") as file:
            loader = _Loader(file)
            try:
                while loader.check_node():
                    node = loader.get_node()
                    location = Location(str(path), node.start_mark.line + 1)
                    data = loader.construct_document(node)
                    if data is not None:
                        yield _manifest(data, location)
            finally:
                loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        yield Problem(
            "TW940",
            "this is no manifest",
            location=Location(str(path), line),
            given=" ".join(str(error.problem or error).split()),
        )
    except (OSError, ValueError, yaml.YAMLError) as error:
        yield Problem("TW940", "this is no manifest", location=Location(str(path)), given=" ".join(str(error).split()))


def _manifest(data: Any, location: Location) -> Manifest | Problem:
    lacking = [name for name, found in _named(data) if not isinstance(found, str) or not found]
    if lacking:
        return Problem(
            "TW940",
            "this is no manifest",
            location=location,
            given=f"no {' and no '.join(lacking)}",
            allowed="a mapping with apiVersion, kind and metadata.name",
        )
    return Manifest(data, str(location))


def _named(data: Any) -> Iterator[tuple[str, Any]]:
    whole = data if isinstance(data, Mapping) else {}
    metadata = whole.get("metadata")
    inner = metadata if isinstance(metadata, Mapping) else {}
    yield from (
        ("apiVersion", whole.get("apiVersion")),
        ("kind", whole.get("kind")),
        ("metadata.name", inner.get("name")),
    )


def _twice(manifests: Iterable[Manifest]) -> Iterator[Problem]:
    first: dict[Identity, Manifest] = {}
    for manifest in manifests:
        known = first.setdefault(manifest.identity, manifest)
        if known is not manifest:
            yield Problem(
                "TW941",
                "two manifests are of one object, and the last one applied would win",
                str(manifest.identity),
                location_of(manifest),
                given=f"also in {known.file}",
                fix="give one of them another name, or leave it out",
            )


def _misplaced(manifests: Iterable[Manifest]) -> Iterator[Problem]:
    for manifest in manifests:
        identity = manifest.identity
        namespaced = is_namespaced(identity.group, identity.kind)
        if namespaced is True and not identity.namespace:
            yield Problem(
                "TW942",
                "the object names no namespace, so it would land wherever the kubeconfig's context points",
                str(identity),
                location_of(manifest),
                fix="write metadata.namespace",
            )
        elif namespaced is False and identity.namespace:
            yield Problem(
                "TW942",
                "objects of this kind belong to the whole cluster, and this one names a namespace",
                str(identity),
                location_of(manifest),
                given=identity.namespace,
                fix="leave metadata.namespace out",
            )


_SUFFIXES: Final = (".json", ".yaml", ".yml")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """The safe loader, in C where there is one, which refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        merges = any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) != len(node.value) and not merges:
            seen: set[Any] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise ConstructorError(None, None, f"the key {key.value!r} is given twice", key.start_mark)
                seen.add(key.value)
        return found

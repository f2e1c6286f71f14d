"""Reads a folder of manifests as `kubectl apply -f` does: files by name, documents in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.api_server.answer import JsonObject
from twinstack.errors import Location, Problem, UsageError
from twinstack.kubeconfig import DEFAULT_NAMESPACE


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document: where it stands, its text, and what it says."""

    location: Location
    text: str
    data: JsonObject

    @property
    def kind(self) -> str:
        """`Deployment`."""
        return str(self.data["kind"])

    @property
    def api_version(self) -> str:
        """`apps/v1`."""
        return str(self.data["apiVersion"])

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.data["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The namespace it names; that of an object without one is `default`, as with kubectl."""
        return str(self.data["metadata"].get("namespace") or DEFAULT_NAMESPACE)

    @property
    def title(self) -> str:
        """`Deployment analytics/analytics-backend`."""
        named = self.data["metadata"].get("namespace")
        return f"{self.kind} {named}/{self.name}" if named else f"{self.kind} {self.name}"

    def problem(
        self, code: str, message: str, *, given: str = "", allowed: str = "", fix: str = "", warning: bool = False
    ) -> Problem:
        """A problem with this object."""
        return Problem(code, message, self.title, self.location, given, allowed, fix, warning)


def read(folder: Path) -> tuple[list[Manifest], list[Problem]]:
    """The manifests of a folder, and a problem for each document that is none.

    Raises UsageError where the folder does not exist or holds no manifest.
    """
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder: give the one that the manifests were written to, dist/analytics-prod say"
        )
    files = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file())
    if not files:
        raise UsageError(f"{folder} holds no manifest ({', '.join(_SUFFIXES)}): run the synth first")
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for path in files:
        for found in _documents(path):
            if isinstance(found, Manifest):
                manifests.append(found)
            else:
                problems.append(found)
    return manifests, problems


def _documents(path: Path) -> Iterator[Manifest | Problem]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        yield Problem(_UNREADABLE, "the file cannot be read", location=Location(str(path)), given=str(error))
        return
    line = 1
    # A line that begins with --- separates documents wherever it stands, inside a block scalar too.
    for part in _SEPARATOR.split(text):
        location = Location(str(path), line + _blank_lines(part))
        try:
            data = yaml.load(part, Loader=_LOADER)  # noqa: S506  the safe loader, in C where there is one
        except yaml.YAMLError as error:
            yield Problem(_UNREADABLE, "this is not YAML", location=location, given=" ".join(str(error).split()))
        else:
            if data is not None:
                yield _manifest(location, part, data)
        line += part.count("\n")


def _manifest(location: Location, text: str, data: Any) -> Manifest | Problem:
    if not isinstance(data, dict):
        return Problem(_UNREADABLE, "this is no Kubernetes object", location=location, allowed="a mapping")
    metadata = data.get("metadata")
    missing = [
        name
        for name, held in (
            ("apiVersion", data.get("apiVersion")),
            ("kind", data.get("kind")),
            ("metadata.name", metadata.get("name") if isinstance(metadata, dict) else None),
        )
        if not isinstance(held, str) or not held
    ]
    if missing:
        return Problem(
            _UNREADABLE,
            f"this object has no {' and no '.join(missing)}",
            str(data.get("kind") or ""),
            location,
            allowed="apiVersion, kind and metadata.name, each a text",
        )
    return Manifest(location, text, data)


def _blank_lines(text: str) -> int:
    lines = text.split("\n")
    return next((index for index, line in enumerate(lines) if _CONTENT.match(line)), 0)


_UNREADABLE: Final = "TW901"
_SUFFIXES: Final = (".json", ".yaml", ".yml")
_SEPARATOR: Final = re.compile(r"^(?=---(?:\s|$))", re.MULTILINE)
_CONTENT: Final = re.compile(r"(?!---)\s*[^\s#]")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

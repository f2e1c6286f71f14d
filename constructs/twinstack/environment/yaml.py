"""Reads one YAML file into plain data and the line each value stands on.

Booleans and numbers are read as YAML 1.2 does, so `on` and `03:30` stay text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.environment.secrets_in_text import looks_like_a_secret
from twinstack.errors import Location, Problem

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """One file's data, where each path stands, and what is wrong with the file itself."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    locations: dict[Path_, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(path: Path, shown_as: str) -> Document:
    """Reads `path`, naming it `shown_as` in problems. A broken file gives an empty document and one problem."""
    document = Document(shown_as)
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        document.problems.append(_broken(shown_as, error))
        return document
    document.locations[()] = Location(shown_as, 1)
    if root is None:
        return document
    if not isinstance(root, yaml.MappingNode):
        document.problems.append(
            Problem("TW101", "the file holds no mapping", location=Location(shown_as, 1), allowed="`key: value` lines")
        )
        return document
    document.data = _Reader(document).mapping(root, ())
    return document


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML's parser with the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_BOOL: Final = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_NULL: Final = re.compile(r"^(?:~|null|Null|NULL|)$")
_INT: Final = re.compile(r"^[-+]?[0-9]+$")
_FLOAT: Final = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOL, list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["~", "n", "N", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


class _Reader:
    """Turns nodes into plain data, noting lines and refusing what YAML itself would let pass."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.document.locations.setdefault(path, self.where(node))
        match node:
            case yaml.MappingNode():
                return self.mapping(node, path)
            case yaml.SequenceNode():
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self.scalar(node, path)
        raise AssertionError(node)

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
                self.problem("TW101", "a key that is no text", key_node, path, getattr(key_node, "value", ""), fix="quote it")
                continue
            key = key_node.value
            where = (*path, key)
            if key in result:
                first = self.document.locations[where]
                self.problem("TW102", "the key stands twice", key_node, where, key, fix=f"keep one; the first is in line {first.line}")
                continue
            self.document.locations[where] = self.where(key_node)
            result[key] = self.value(value_node, where)
        return result

    def scalar(self, node: yaml.ScalarNode, path: Path_) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        text = node.value
        if kind == "str":
            what = looks_like_a_secret(str(path[-1]) if path else "", text)
            if what:
                self.problem(
                    "TW105",
                    f"{what} in YAML",
                    node,
                    path,
                    given="(not shown)",
                    allowed="no secret stands in a file under version control",
                    fix="make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here",
                )
            return text
        match kind:
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
            case "int":
                return int(text)
            case "float":
                return float(text)
        self.problem("TW101", f"a tag that is not read here: {node.tag}", node, path, text, fix="write a plain value")
        return None

    def where(self, node: yaml.Node) -> Location:
        return Location(self.document.file, node.start_mark.line + 1)

    def problem(
        self, code: str, message: str, node: yaml.Node, path: Path_, given: str, *, allowed: str = "", fix: str = ""
    ) -> None:
        self.document.problems.append(
            Problem(code, message, dotted(path), self.where(node), str(given), allowed, fix)
        )


def dotted(path: Path_) -> str:
    """`("backend", "uses", 0)` is `backend.uses[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _broken(file: str, error: yaml.YAMLError | UnicodeDecodeError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Problem(
        "TW101",
        "the file is not YAML",
        location=Location(file, mark.line + 1 if mark else 1),
        given=str(reason),
        allowed="YAML, indented with spaces",
        fix="look at this line and the one above: indentation, quotes, a missing colon",
    )

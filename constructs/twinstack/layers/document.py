"""Reads one YAML file into plain data and the line each value stands on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.errors import Location, Problem
from twinstack.layers.scalars import PREFIX, Loader, scalar_value
from twinstack.layers.secrets_in_text import secrets_by_line
from twinstack.layers.yaml_errors import not_yaml
from twinstack.regular_file import TooLargeError, leads_out_of, read_regular

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """One file's data, where each path stands, and what is wrong with the file itself."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    locations: dict[Path_, Location] = field(default_factory=dict)
    texts: dict[Path_, str] = field(default_factory=dict)
    """How numbers, switches and nothings are written: `1.10` is read as 1.1."""
    plain: set[Path_] = field(default_factory=set)
    """Of a foreign file: what is written without quotes."""
    tagged: dict[Path_, str] = field(default_factory=dict)
    """Of a foreign file: what has one of Compose's tags, `!reset` or `!override`."""
    secret_lines: list[tuple[int, str]] = field(default_factory=list)
    """Each line that holds something of a secret's shape, and what it seems to be."""
    problems: list[Problem] = field(default_factory=list)
    is_broken: bool = False
    """Whether the file, or the shape of what it says, could not be read: what else it says is then unknown."""


def read(path: Path, shown_as: str, within: Path | None = None, *, is_foreign: bool = False) -> Document:
    """Reads `path`, naming it `shown_as` in problems. An unreadable file gives an empty document and a problem. One that
    `is_foreign` may have merge keys (`<<`), which layers do without, and it is noted what stands there without quotes and
    what has a tag.

    Of a product, `within` is its folder: what a link has outside of it is not its own to read, and a problem would
    repeat lines of it. The document of a file that says the same is shared: it is not to be changed.
    """
    if within is not None and leads_out_of(path, within):
        given, allowed = os.path.realpath(path), "a file of the product, or a link to one"
        fix = "put a copy of the file in the link's place"
        problem = Problem(
            "TW112", "the layer is a link out of the product", "", Location(shown_as), given, allowed, fix
        )
        return Document(shown_as, problems=[problem], is_broken=True)
    try:
        text = read_regular(path, LARGEST_BYTES).decode("utf-8-sig")
        return _kept(text.replace("\r\n", "\n").replace("\r", "\n"), shown_as, is_foreign=is_foreign)
    except TooLargeError as error:
        given, allowed = str(error.strerror), f"at most {LARGEST_BYTES} bytes"
        fix = "look what else got into it: no environment needs this much"
        problem = Problem("TW111", "the layer is too large", "", Location(shown_as), given, allowed, fix)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        given, fix = f"a byte that is no UTF-8, 0x{error.object[error.start]:02x}", "save the file as UTF-8"
        problem = Problem("TW101", "the file is not text", "", Location(shown_as, line), given, "text in UTF-8", fix)
    except OSError as error:
        given, fix = error.strerror or type(error).__name__, "look at what stands there, and at its permissions"
        problem = Problem("TW101", "the file cannot be read", "", Location(shown_as), given, "a readable file", fix)
    return Document(shown_as, problems=[problem], is_broken=True)


@lru_cache(16)  # tests and a watch read the same layers again and again
def _kept(text: str, shown_as: str, *, is_foreign: bool) -> Document:
    return parse(text, shown_as, is_foreign=is_foreign)


def parse(text: str, shown_as: str, *, is_foreign: bool = False) -> Document:
    """Reads YAML text. Text that is not YAML gives an empty document and one problem."""
    document = Document(shown_as)
    document.locations[()] = Location(shown_as, 1)
    try:
        # The parser's own recursion has no limit and would end the process, so depth is looked at first.
        if (problem := _too_much(text, shown_as)) is not None:
            document.problems.append(problem)
            document.is_broken = True
            return document
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        document.problems.append(_broken(shown_as, text, error))
        document.is_broken = True
        root = None
    if isinstance(root, yaml.MappingNode):
        document.data = _Reader(document, is_foreign=is_foreign).mapping(root, ())
    elif root is not None and root.tag != f"{PREFIX}null":
        document.is_broken = True
        given = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        document.problems.append(
            Problem(
                "TW101",
                "the file holds no mapping",
                "",
                document.locations[()],
                given,
                "`key: value` lines",
                "name each value",
            )
        )
    document.secret_lines = list(secrets_by_line(text))
    return document


def parse_value(
    text: str, path: Path_, shown_as: str, texts: dict[Path_, str] | None = None
) -> tuple[Any, list[Problem]]:
    """The value of one piece of YAML, `true` or `{min: 1, max: 2}`, and what is wrong with it. `texts` is told how numbers
    and switches in it are written.
    """
    document = parse(f"value: {text}" if text.strip() else "value:", shown_as)
    where = Location(shown_as)
    problems = [
        Problem(each.code, each.message, dotted(path), where, each.given, each.allowed, each.fix)
        for each in document.problems
    ]
    if texts is not None:
        texts.update({(*path, *inner): written for (_, *inner), written in document.texts.items()})
    return document.data.get("value"), problems


class _Reader:
    """Turns nodes into plain data, noting lines and refusing what YAML itself would let pass."""

    def __init__(self, document: Document, *, is_foreign: bool = False) -> None:
        self.document = document
        self.is_foreign = is_foreign
        self.open: list[yaml.Node] = []
        self.values = 0

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.document.locations.setdefault(path, self.where(node))
        self.count(1, node)
        if self.values > MOST_VALUES:
            return None
        if any(node is outer for outer in self.open):
            self.problem(
                "TW101",
                "an alias inside what it stands for",
                node,
                path,
                "",
                "an alias of something else",
                "write the value out",
            )
            return None
        if self.is_foreign and path[:1] == ("services",) and node.tag in {"!reset", "!override"}:
            self.document.tagged[path] = node.tag
            if node.tag == "!reset":
                return None
            node.tag = f"{PREFIX}{_KINDS[type(node)]}"
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if node.tag not in {f"{PREFIX}map", f"{PREFIX}seq"}:
            self.problem(
                "TW101",
                "a tag that is not read here",
                node,
                path,
                node.tag,
                "a plain mapping or list",
                "remove the tag",
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        self.open.append(node)
        items = [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        self.open.pop()
        return items

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        self.open.append(node)
        result: dict[str, Any] = {}
        for key_node, value_node in self._merged(node) if self.is_foreign else node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != f"{PREFIX}str":
                given = key_node.value or "nothing" if isinstance(key_node, yaml.ScalarNode) else "a mapping or a list"
                self.problem(
                    "TW101", "a key that is no text", key_node, path, given, "a word, or anything in quotes", "quote it"
                )
                continue
            key = key_node.value
            where = (*path, key)
            if key == "<<" and not key_node.style:
                self.problem(
                    "TW101", "a merge key", key_node, path, "<<", "values written out", "let the layers do the merging"
                )
                continue
            if key in result:
                first = self.document.locations[where]
                self.problem(
                    "TW102",
                    "the key stands twice",
                    key_node,
                    where,
                    key,
                    "each key once",
                    f"keep one; the first is in line {first.line}",
                )
                continue
            self.document.locations[where] = self.where(key_node)
            result[key] = self.value(value_node, where)
        self.open.pop()
        return result

    def count(self, number: int, node: yaml.Node) -> None:
        """Counts values, and says once that there are too many."""
        before, self.values = self.values, self.values + number
        if before <= MOST_VALUES < self.values:
            self.document.problems.append(_many(self.document.file, self.where(node).line))
            self.document.is_broken = True

    def _merged(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        """Its own keys, and behind them those of what is merged into it that it does not have, the first that has one first."""
        found: list[tuple[yaml.Node, yaml.Node]] = []
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            else:
                found.append((key, value))
        names = {key.value for key, _ in found}
        for one in merged:
            if not isinstance(one, yaml.MappingNode) or any(one is outer for outer in self.open):
                allowed = "an alias of a mapping that stands before it, or a list of them"
                self.problem("TW101", "a merge of no mapping", one, (), "<<", allowed, "write the values out")
                continue
            self.count(len(one.value), one)
            self.open.append(one)
            for key, value in self._merged(one) if self.values <= MOST_VALUES else ():
                if key.value not in names:
                    names.add(key.value)
                    found.append((key, value))
            self.open.pop()
        return found

    def scalar(self, node: yaml.ScalarNode, path: Path_) -> Any:
        try:
            value = scalar_value(node.tag, node.value)
        except ValueError as error:
            self.problem(
                "TW101",
                _UNREADABLE,
                node,
                path,
                _short(f"{node.tag} {node.value}"),
                str(error),
                "correct or quote it",
            )
            return None
        if not isinstance(value, str):
            self.document.texts[path] = node.value
        if self.is_foreign and not node.style:
            self.document.plain.add(path)
        return value

    def where(self, node: yaml.Node) -> Location:
        return Location(self.document.file, node.start_mark.line + 1)

    def problem(
        self, code: str, message: str, node: yaml.Node, path: Path_, given: str, allowed: str, fix: str
    ) -> None:
        # Of a value that cannot be read it is known which one is missing; of anything else it is not.
        self.document.is_broken |= code == "TW101" and message != _UNREADABLE
        self.document.problems.append(Problem(code, message, dotted(path), self.where(node), given, allowed, fix))


def dotted(path: Path_) -> str:
    """`("backend", "uses", 0)` is `backend.uses[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _too_much(text: str, file: str) -> Problem | None:
    """What passes a limit before anything is made of it: nesting, or the number of keys and values."""
    depth = scalars = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.ScalarEvent):
            scalars += 1
            if scalars > 2 * MOST_VALUES:  # at most every second is a key
                return _many(file, event.start_mark.line + 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return _deep(file, event.start_mark.line + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _many(file: str, line: int) -> Problem:
    allowed, fix = f"at most {MOST_VALUES}", "take values away; aliases of aliases multiply: write them out"
    return Problem("TW101", "too many values", "", Location(file, line), "", allowed, fix)


def _deep(file: str, line: int) -> Problem:
    return Problem(
        "TW101", "nested too deeply", "", Location(file, line), "", f"at most {DEEPEST} levels", "write it flatter"
    )


def _broken(file: str, text: str, error: yaml.YAMLError) -> Problem:
    if "nesting depth" in str(getattr(error, "problem", "")):  # newer parsers have a limit of their own, above ours
        mark = getattr(error, "problem_mark", None)
        return _deep(file, mark.line + 1 if mark else 1)
    return not_yaml(file, text, error)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


LARGEST_BYTES: Final = 1 << 20
"""A mebibyte: what Kubernetes takes of a ConfigMap (kubernetes.io, "ConfigMaps"), and far more than any layer seen."""
DEEPEST: Final = 50
MOST_VALUES: Final = 20_000
_LONGEST_SHOWN: Final = 60
_KINDS: Final[dict[type[yaml.Node], str]] = {yaml.ScalarNode: "str", yaml.MappingNode: "map", yaml.SequenceNode: "seq"}
_UNREADABLE: Final = "a value that cannot be read"

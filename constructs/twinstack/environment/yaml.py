"""Reads one YAML file into plain data and the line each value stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.environment.scalars import PREFIX, Loader, scalar_value
from twinstack.environment.secrets_in_text import looks_like_a_secret, secrets_by_line
from twinstack.environment.yaml_errors import not_yaml
from twinstack.errors import Location, Problem

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """One file's data, where each path stands, and what is wrong with the file itself."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    locations: dict[Path_, Location] = field(default_factory=dict)
    texts: dict[Path_, str] = field(default_factory=dict)
    """How numbers, switches and nothings are written: `1.10` is read as 1.1."""
    problems: list[Problem] = field(default_factory=list)
    is_broken: bool = False
    """Whether the file could not be read at all: what it says is then unknown."""


def read(path: Path, shown_as: str) -> Document:
    """Reads `path`, naming it `shown_as` in problems. An unreadable file gives an empty document and a problem."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), shown_as)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        given, fix = f"a byte that is no UTF-8, 0x{error.object[error.start]:02x}", "save the file as UTF-8"
        problem = Problem("TW101", "the file is not text", "", Location(shown_as, line), given, "text in UTF-8", fix)
    except OSError as error:
        given, fix = error.strerror or type(error).__name__, "look at what stands there, and at its permissions"
        problem = Problem("TW101", "the file cannot be read", "", Location(shown_as), given, "a readable file", fix)
    return Document(shown_as, problems=[problem], is_broken=True)


def parse(text: str, shown_as: str) -> Document:
    """Reads YAML text. Text that is not YAML gives an empty document and one problem."""
    document = Document(shown_as)
    document.locations[()] = Location(shown_as, 1)
    try:
        # The parser's own recursion has no limit and would end the process, so depth is looked at first.
        if (line := _too_deep(text)) is not None:
            document.problems.append(_deep(shown_as, line))
            document.is_broken = True
            return document
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        document.problems.append(_broken(shown_as, text, error))
        document.is_broken = True
        root = None
    if isinstance(root, yaml.MappingNode):
        document.data = _Reader(document).mapping(root, ())
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
    reported = {problem.location.line for problem in document.problems if problem.code == "TW105" and problem.location}
    for line, what in secrets_by_line(text):
        if line not in reported:
            document.problems.append(secret_problem(what, "", Location(shown_as, line)))
    return document


def parse_value(text: str, path: Path_, shown_as: str) -> tuple[Any, list[Problem]]:
    """The value of one piece of YAML, `true` or `{min: 1, max: 2}`, and what is wrong with it."""
    document = parse(f"value: {text}" if text.strip() else "value:", shown_as)
    where = Location(shown_as)
    problems = [
        Problem(each.code, each.message, dotted(path), where, each.given, each.allowed, each.fix)
        for each in document.problems
    ]
    value = document.data.get("value")
    what = looks_like_a_secret(str(path[-1]), value) if isinstance(value, str) else None
    if what and not problems:
        problems.append(secret_problem(what, dotted(path), where))
    return value, problems


def secret_problem(what: str, path: str, location: Location) -> Problem:
    """The problem of a secret that was written down; it never shows the value."""
    return Problem(
        "TW105",
        f"{what} in YAML",
        path,
        location,
        given="(not shown)",
        allowed="no secret stands in a file under version control",
        fix="make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here",
    )


class _Reader:
    """Turns nodes into plain data, noting lines and refusing what YAML itself would let pass."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: list[yaml.Node] = []
        self.values = 0

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.document.locations.setdefault(path, self.where(node))
        self.values += 1
        if self.values == MOST_VALUES + 1:
            self.problem(
                "TW101",
                "too many values",
                node,
                path,
                "",
                f"at most {MOST_VALUES}",
                "aliases of aliases multiply: write it out",
            )
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
        for key_node, value_node in node.value:
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

    def scalar(self, node: yaml.ScalarNode, path: Path_) -> Any:
        try:
            value = scalar_value(node.tag, node.value)
        except ValueError as error:
            self.problem(
                "TW101",
                "a value that cannot be read",
                node,
                path,
                _short(f"{node.tag} {node.value}"),
                str(error),
                "correct or quote it",
            )
            return None
        if not isinstance(value, str):
            self.document.texts[path] = node.value
        elif what := looks_like_a_secret(str(path[-1]), value):
            self.document.problems.append(secret_problem(what, dotted(path), self.where(node)))
        return value

    def where(self, node: yaml.Node) -> Location:
        return Location(self.document.file, node.start_mark.line + 1)

    def problem(
        self, code: str, message: str, node: yaml.Node, path: Path_, given: str, allowed: str, fix: str
    ) -> None:
        self.document.problems.append(Problem(code, message, dotted(path), self.where(node), given, allowed, fix))


def dotted(path: Path_) -> str:
    """`("backend", "uses", 0)` is `backend.uses[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _too_deep(text: str) -> int | None:
    """The line on which nesting passes the limit."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return event.start_mark.line + 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


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


DEEPEST: Final = 50
MOST_VALUES: Final = 20_000
_LONGEST_SHOWN: Final = 60

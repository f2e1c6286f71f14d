"""Adds to a YAML layer: a section of its own, or one more link. Comments and formatting stay as they are."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

from twinstack.environment.uses import Use
from twinstack.errors import UsageError
from twinstack.layers.document import parse
from twinstack.layers.merge import Merged, merge
from twinstack.layers.scalars import Loader
from twinstack.starting.text import Text


def data_of(*layers: Text) -> Merged:
    """The merged data of layers, the weakest first. Raises UsageError for one that is not YAML."""
    documents = [(layer.shown_as, parse(layer.text, layer.shown_as)) for layer in layers]
    for name, document in documents:
        if document.is_broken:
            problem = document.problems[0]
            raise UsageError(f"{name} cannot be added to: {problem.location}: {problem.message}: {problem.given}")
    return merge(documents)


def add_section(layer: Text, key: str, section: str, follows: Callable[[str], int | None]) -> Text:
    """Adds a section behind the one that it belongs to: the last of those for which `follows` says the most.

    `follows` gives each section's key a number, None where ours stands before it.
    """
    expected = {**data_of(layer).data, **parse(section, layer.shown_as).data}
    root = _root(layer)
    line = len(layer.lines)
    if root is not None:
        keys = [(node.value, node.start_mark.line) for node, _ in root.value]
        numbers = {name: number for name, _ in keys if (number := follows(name)) is not None}
        most = max(numbers.values(), default=0)
        index = max((i for i, (name, _) in enumerate(keys) if name in numbers and numbers[name] == most), default=None)
        if index is not None:
            ends = keys[index + 1][1] if index + 1 < len(keys) else len(layer.lines)
            line = _last_line(layer, keys[index][1], ends)
        elif keys:
            line = keys[0][1]
            return _checked(layer, layer.with_lines(line, f"{section}\n"), key, expected)
    return _checked(layer, layer.with_lines(line, f"\n{section}" if line else section), key, expected)


def add_use(layer: Text, workload: str, use: str) -> Text:
    """Adds a link, `exports` or `exports: write`, to the `uses` of a workload."""
    expected = copy.deepcopy(data_of(layer).data)
    root = _root(layer)
    section = _value(root, workload)
    if not isinstance(section, yaml.MappingNode):
        raise _unsafe(layer, workload, "its section is no mapping of its own")
    entry: Any = parse(f"use: [{use}]", "").data["use"][0]
    held = expected[workload].setdefault("uses", [])
    if not isinstance(held, list):
        raise _unsafe(layer, workload, "`uses` is no list")
    name = use.partition(":")[0]
    if any(link is not None and link.key == name for link in map(Use.read, held)):
        raise UsageError(f"{layer.shown_as}: {workload} uses {name} already")
    expected[workload]["uses"] = [*held, entry]
    uses = _value(section, "uses")
    if uses is None:
        edited = _add_key(layer, workload, section, f"uses: [{use}]")
    elif isinstance(uses, yaml.SequenceNode) and _stands_in(uses, section):
        edited = _add_item(layer, uses, use)
    else:
        raise _unsafe(layer, workload, "`uses` is written elsewhere (an alias)")
    return _checked(layer, edited, workload, expected)


def _add_key(layer: Text, workload: str, section: yaml.MappingNode, line: str) -> Text:
    if not section.value:
        raise _unsafe(layer, workload, "its section is empty")
    key, value = section.value[-1]
    if section.flow_style:
        end = _end(layer, value)
        return layer.with_insertion(*end, f", {line}")
    indent = " " * key.start_mark.column
    return layer.with_lines(_end(layer, value, of_block=True)[0], f"{indent}{line}\n")


def _add_item(layer: Text, uses: yaml.SequenceNode, use: str) -> Text:
    if not uses.value:
        line, column = _start(uses)
        return layer.with_insertion(line, column + 1, use)
    last = uses.value[-1]
    if uses.flow_style:
        return layer.with_insertion(*_end(layer, last), f", {use}")
    indent = " " * _start(uses)[1]
    return layer.with_lines(_end(layer, last, of_block=True)[0], f"{indent}- {use}\n")


def _start(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column


def _end(layer: Text, node: yaml.Node, *, of_block: bool = False) -> tuple[int, int]:
    """The line and the column behind a node. The parser puts the end of a block where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and node.value and not _is_bracketed(layer, node):
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    line, column = node.end_mark.line + 1, node.end_mark.column
    if of_block and column == 0 and line > 1:  # a block of text ends with its last line
        return _last_line(layer, node.start_mark.line, line - 1), 0
    return line, column


def _is_bracketed(layer: Text, node: yaml.Node) -> bool:
    return layer.lines[node.start_mark.line][node.start_mark.column] in "[{"


def _last_line(layer: Text, first: int, end: int) -> int:
    """The number of the last line in [first, end) that belongs to what begins there: no blank one, and no comment at
    the margin, which is about what follows.
    """
    lines = layer.lines[first:end]
    own = [index for index, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    return first + own[-1] + 1


def _root(layer: Text) -> yaml.MappingNode | None:
    root = yaml.compose(layer.text, Loader=Loader)
    if root is None or not isinstance(root, yaml.MappingNode):
        return None
    if root.flow_style or root.start_mark.column:
        raise UsageError(f"{layer.shown_as} cannot be added to: it is not written as `key: value` lines at the margin")
    return root


def _value(mapping: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(mapping, yaml.MappingNode):
        return None
    return next((value for node, value in mapping.value if node.value == key), None)


def _stands_in(inner: yaml.Node, outer: yaml.Node) -> bool:
    return outer.start_mark.line <= inner.start_mark.line and inner.end_mark.line <= outer.end_mark.line


def _checked(layer: Text, edited: Text, key: str, expected: Mapping[str, Any]) -> Text:
    """The edited layer, if it says what it said before and what was added."""
    document = parse(edited.text, layer.shown_as)
    if document.is_broken or document.data != expected:
        raise _unsafe(layer, key, "what it says besides would change")
    return edited


def _unsafe(layer: Text, key: str, reason: str) -> UsageError:
    return UsageError(f"{layer.shown_as} cannot be added to, at {key}: {reason}: {_BY_HAND}")


_BY_HAND: Final = "write it by hand"

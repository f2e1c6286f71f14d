"""Puts known values into a section of YAML that has comments: what is beside them stays as it is."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from twinstack.environment.dumper import dump
from twinstack.layers.document import Path_, parse
from twinstack.layers.merge import assignments
from twinstack.layers.scalars import is_text


class Typed(str):
    """A number or a switch as somebody has typed it, which its value would not give back: `1.10`, `0123`."""


def as_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is set by dotted paths, with numbers and switches as they were typed, so that they are judged, and stand in a
    file, as in a file. Raises UsageError for a path that is none, and for one that is set twice.
    """
    texts: Mapping[Path_, str] = getattr(values, "texts", {})
    assignments(values)
    return {path: _as_typed(value, texts, tuple(path.split("."))) for path, value in values.items()}


def overlaid(text: str, values: Mapping[str, Any]) -> str:
    """The lines of a section with these values in the place of their keys, or behind them; comments beside others stay."""
    blocks = _blocks(text)
    for key, value in values.items():
        if value is None:
            blocks.pop(key, None)
        else:
            blocks[key] = written(key, value)
    return "".join(blocks.values())


def with_values(sections: Mapping[str, str], key: str, values: Mapping[str, Any], base: str) -> dict[str, str]:
    """The section of a field in each layer, with these values by their dotted paths: where layers say something of it already, there,
    and else in the one that all share.
    """
    texts = dict(sections)
    for path, value in values.items():
        parts = path.split(".")
        saying = [layer for layer, text in texts.items() if _says(_data(text, key), parts)]
        for layer in saying or [base]:
            texts[layer] = _with_value(texts.get(layer, ""), key, parts, value)
    return texts


def _with_value(section: str, key: str, parts: Sequence[str], value: Any) -> str:
    data = _data(section, key)
    inner = data
    for part in parts[:-1]:
        if not isinstance(inner.get(part), dict):
            inner[part] = {}
        inner = inner[part]
    inner[parts[-1]] = value
    body = textwrap.dedent(section.partition("\n")[2])
    return f"{key}:\n{textwrap.indent(overlaid(body, {parts[0]: data[parts[0]]}), '  ')}"


def _data(section: str, key: str) -> dict[str, Any]:
    document = parse(section, "")
    found: dict[str, Any] = _as_typed(document.data.get(key) or {}, document.texts, (key,))
    return found


def _as_typed(value: Any, texts: Mapping[Path_, str], path: Path_) -> Any:
    match value:
        case Mapping():
            return {name: _as_typed(one, texts, (*path, name)) for name, one in value.items()}
        case list():
            return [_as_typed(one, texts, (*path, number)) for number, one in enumerate(value)]
        case _:
            typed = texts.get(path, "")
            return Typed(typed) if typed and typed != json.dumps(value, default=str) else value


def _says(data: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def _blocks(text: str) -> dict[str, str]:
    """Each key of the margin with the lines that belong to it."""
    blocks: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        if found := _KEY.match(line):
            key = found[1]
        blocks[key] = blocks.get(key, "") + (line if line.endswith("\n") else f"{line}\n")
    return blocks


def written(key: str, value: Any) -> str:
    """`key: value` as people write it: short things in one line."""
    if isinstance(value, Mapping) and (key in _TALL or any(isinstance(one, Mapping) for one in value.values())):
        inner = "".join(written(name, one) for name, one in value.items())
        return f"{_scalar(key)}:\n" + "".join(f"  {line}" for line in inner.splitlines(keepends=True))
    if isinstance(value, str) and "\n" in value:
        return dump([{key: value}])
    return f"{_scalar(key)}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    match value:
        case Typed():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{_scalar(str(name))}: {_flow(one)}" for name, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case bool() | int() | float() | None:
            return json.dumps(value)
        case _:
            pass
    return _scalar(value)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and is_text(text) else json.dumps(text, ensure_ascii=False)


_KEY: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):")
_PLAIN: Final = re.compile(r"(?!-$)[A-Za-z0-9_./-][A-Za-z0-9_./=@%+-]*(?: [A-Za-z0-9_./=@%+-]+)*")
_TALL: Final = frozenset({"environment_variables", "variables", "provided"})

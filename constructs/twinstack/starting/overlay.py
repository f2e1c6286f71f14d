"""Puts known values into a section of YAML that has comments: what is beside them stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from twinstack.environment.dumper import dump
from twinstack.layers.scalars import is_text


def overlaid(text: str, values: Mapping[str, Any]) -> str:
    """The lines of a section with these values in the place of their keys, or behind them; comments beside others stay."""
    blocks = _blocks(text)
    for key, value in values.items():
        if value is None:
            blocks.pop(key, None)
        else:
            blocks[key] = written(key, value)
    return "".join(blocks.values())


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
        case Mapping():
            return "{" + ", ".join(f"{_scalar(str(name))}: {_flow(one)}" for name, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case bool() | int():
            return json.dumps(value)
    return _scalar(value)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and is_text(text) else json.dumps(text, ensure_ascii=False)


_KEY: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):")
_PLAIN: Final = re.compile(r"(?!-$)[A-Za-z0-9_./-][A-Za-z0-9_./=@%+-]*(?: [A-Za-z0-9_./=@%+-]+)*")
_TALL: Final = frozenset({"environment_variables", "variables", "provided"})

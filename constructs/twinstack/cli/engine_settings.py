"""cdktf.json and cdk8s.yaml: twinstack reads neither, but the command lines that do fail on a damaged one, late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from twinstack.errors import Location, Problem
from twinstack.layers.document import parse
from twinstack.regular_file import read_regular


def check_engine_settings(root: Path) -> Iterator[Problem]:
    """A problem for each of the two that stands in this folder and cannot be read as what its command line expects."""
    for name, check in (("cdktf.json", _json), ("cdk8s.yaml", _yaml)):
        file = root / name
        if not file.exists():
            continue
        try:
            text = read_regular(file, LARGEST_BYTES).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            yield _problem(name, 0, getattr(error, "strerror", None) or "bytes that are no UTF-8")
        else:
            yield from check(name, text)


def _json(name: str, text: str) -> Iterator[Problem]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield _problem(name, getattr(error, "lineno", 0), getattr(error, "msg", "nested too deeply"))
    else:
        if not isinstance(data, dict):
            yield _problem(name, 1, f"a {type(data).__name__}")


def _yaml(name: str, text: str) -> Iterator[Problem]:
    document = parse(text, name)
    if document.is_broken:
        first = document.problems[0]
        yield _problem(name, first.location.line if first.location else 0, first.given or first.message)


def _problem(name: str, line: int, given: str) -> Problem:
    return Problem(
        "TW113",
        f"{name} cannot be read, so `{name.partition('.')[0]}` will fail",
        "",
        Location(name, line),
        given=given,
        allowed="a JSON object" if name.endswith(".json") else "YAML, `key: value` lines",
        fix="correct it, or take it from a product that `twinstack init` made",
    )


LARGEST_BYTES: Final = 1 << 16

"""Reads the data: a type's facts when the type is first asked for, the file once in a process."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from twinstack.facts.documented import DOCUMENTED
from twinstack.facts.value import ValueFact


def facts_by_type(type_: str) -> Mapping[str, ValueFact]:
    """The facts about values of a type, by the argument's path. What was documented by hand wins."""
    row = row_of(type_)
    versions = _part("versions") if row else {}
    lists: list[list[str]] = _part("lists") if any("v" in fact for fact in row.values()) else []
    found = {
        path: ValueFact(
            source=_source(fact["s"], row[""], versions),
            values=tuple(lists[fact["v"]]) if "v" in fact else (),
            least=fact.get("r", _NONE)[0],
            most=fact.get("r", _NONE)[1],
            shortest=fact.get("l", _NONE)[0] or 0,
            longest=fact.get("l", _NONE)[1],
            pattern=fact.get("p", ""),
        )
        for path, fact in row.items()
        if path
    }
    return {**found, **DOCUMENTED.get(type_, {})}


def types_with_facts() -> list[str]:
    """Every resource type that the data knows."""
    return sorted({*json.loads(_text())["types"], *DOCUMENTED})


def date_of_the_data() -> datetime.date:
    """When the data was made."""
    return datetime.date.fromisoformat(_part("read"))


def row_of(type_: str) -> dict[str, Any]:
    """The line of a type, which alone is read: an environment needs a dozen of seven hundred."""
    return _line(f"\n  {json.dumps(type_)}: ".encode()) or {}


def is_old(today: datetime.date) -> bool:
    """Whether the data is older than AWS stays the same: what is refused by it may only be newer than it."""
    return today - date_of_the_data() > OLD


@cache
def _part(name: str) -> Any:
    """One of the parts beside the types, each a line too."""
    return _line(f"\n {json.dumps(name)}: ".encode())


def _line(beginning: bytes) -> Any:
    text = _text()
    start = text.find(beginning)
    if start < 0:
        return None
    start += len(beginning)
    return json.loads(text[start : text.index(b"\n", start)].rstrip(b","))


@cache
def _text() -> bytes:
    return (resources.files("twinstack.facts") / VALUES).read_bytes()


@cache
def offers_file() -> dict[str, Any]:
    """The whole of `offers.json`."""
    return json.loads((resources.files("twinstack.facts") / OFFERS).read_bytes())


def _source(letters: str, names: list[str], versions: Mapping[str, str]) -> str:
    operation, schema = names
    said = {"b": f"botocore {versions['botocore']} {operation}", "c": f"cfn-lint {versions['cfn-lint']} {schema}"}
    return "; ".join(said[letter] for letter in letters)


VALUES: Final = "values.json"
OFFERS: Final = "offers.json"
OLD: Final = datetime.timedelta(days=270)
"""From then on a user is told that the data is old: nine months, in which AWS has added several families of machines."""
_NONE: Final = (None, None)

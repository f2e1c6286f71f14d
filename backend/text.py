"""Text that the database can hold, and numbers that JSON knows.

PostgreSQL's text has no NUL, and UTF-8 no half of a surrogate pair; JSON's escapes can write both. JSON has no number
that is not finite, but `1e400` is one to every reader.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, JsonValue, WithJsonSchema

MOST_VALUES = 500
"""In the properties of one event, those of lists and objects inside included."""
DEEPEST = 8
"""Lists and objects within each other."""
LONGEST_KEY = 200
"""Characters."""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold this text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _checked(properties: Any) -> Any:
    """The same, or a ValueError that says what is wrong and repeats nothing of it.

    Walks without recursion and ends at the first fault: what is looked at here is as hostile as it can be.
    """
    if not isinstance(properties, dict):
        return properties  # the type's own error says it better
    values = 0
    waiting: list[tuple[Any, int]] = [(properties, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, (dict, list)):
            if depth > DEEPEST:
                raise ValueError(f"may have {DEEPEST} lists and objects within each other")
            values += len(value)
            if values > MOST_VALUES:
                raise ValueError(f"may have {MOST_VALUES} values")
            if isinstance(value, dict):
                _check_keys(value)
                value = value.values()
            waiting.extend((each, depth + 1) for each in value)
        else:
            _check_plain(value)
    return properties


def _check_keys(value: dict[str, Any]) -> None:
    for key in value:
        if len(key) > LONGEST_KEY:
            raise ValueError(f"a name may have {LONGEST_KEY} characters")
        if not is_storable(key):
            raise ValueError(NOT_STORABLE)


def _check_plain(value: Any) -> None:
    if isinstance(value, str):
        if not is_storable(value):
            raise ValueError(NOT_STORABLE)
    elif isinstance(value, (int, float)):
        try:
            finite = math.isfinite(value)
        except OverflowError:  # an integer that no double holds, which no other reader of JSON could take
            finite = False
        if not finite:
            raise ValueError("a number must be finite")


NOT_STORABLE = "text may have neither U+0000 nor half of a surrogate pair"

_REFERENCE = {"$ref": "#/components/schemas/Event/properties/properties/additionalProperties"}
_TEXT = {"type": "string", "pattern": r"^[^\u0000]*$"}
_OBJECT = {"type": "object", "propertyNames": {"pattern": r"^[^\u0000]*$", "maxLength": LONGEST_KEY}}
_VALUE = {
    "anyOf": [
        {"type": "null"},
        {"type": "boolean"},
        {"type": "number"},
        _TEXT,
        {"type": "array", "items": _REFERENCE},
        {**_OBJECT, "additionalProperties": _REFERENCE},
    ]
}
_SCHEMA = {
    **_OBJECT,
    "title": "Properties",
    "description": f"At most {MOST_VALUES} values in all, and {DEEPEST} lists and objects within each other.",
    "maxProperties": MOST_VALUES,
    "additionalProperties": _VALUE,
}

Properties = Annotated[dict[str, JsonValue], BeforeValidator(_checked), WithJsonSchema(_SCHEMA)]
"""What is known of an event, bounded in number and depth; the body's limit bounds its size."""

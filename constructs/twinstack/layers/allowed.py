"""What a JSON Schema allows, in words: `a whole number, 20 to 65536`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from twinstack.layers.pattern_words import words_of


def allowed(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """One phrase for people. `definitions` are the schema's `$defs`."""
    reference = schema.get("$ref")
    if reference is not None:
        return allowed(definitions[reference.rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        phrases = dict.fromkeys(allowed(each, definitions) for each in schema["anyOf"])
        return ", or ".join(phrases)
    if "const" in schema:
        return _word(schema["const"])
    if "enum" in schema:
        return join(_word(each) for each in schema["enum"])
    match schema.get("type"):
        case "string":
            return _text(schema)
        case "integer":
            return _with_range("a whole number", schema)
        case "number":
            return _with_range("a number", schema)
        case "boolean":
            return "true or false"
        case "array":
            return _list(schema, definitions)
        case "null":
            return "null"
        case "object" if 0 < len(schema.get("properties", ())) <= _FEW:
            return f"a mapping with {join(sorted(schema['properties']), 'and')}"
    return "a mapping (`key: value`)"


def join(words: Iterable[str], conjunction: str = "or") -> str:
    """`a, b or c`."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "ipv4network":
        return "an address range such as 10.40.0.0/16"
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    parts = ["text"]
    if shortest is not None and longest is not None:
        parts.append(f"of {shortest} to {longest} characters")
    elif shortest is not None:
        parts.append(f"of at least {shortest} characters" if shortest > 1 else "that is not empty")
    elif longest is not None:
        parts.append(f"of at most {longest} characters")
    words = words_of(schema.get("pattern", ""))
    if "examples" in schema:
        parts.append(f"such as {join(schema['examples'])}")
    elif words:
        length = f"{' '.join(parts[1:])}: " if parts[1:] else ""
        return f"{length}{words}"
    elif "pattern" in schema:
        parts.append(f"that matches {schema['pattern']}")
    return " ".join(parts)


def _with_range(what: str, schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{what}, {least} to {most}"
    if least is not None:
        return f"{what}, {least} or more"
    return f"{what}, {most} or less" if most is not None else what


def _list(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    least, most = schema.get("minItems"), schema.get("maxItems")
    count = (
        f" of {least} to {most}"
        if least and most
        else f" of at least {least}"
        if least
        else f" of at most {most}"
        if most
        else ""
    )
    items = schema.get("items")
    return f"a list{count}, each {allowed(items, definitions)}" if items else f"a list{count}"


def _word(value: Any) -> str:
    return _WORDS.get(value, str(value)) if isinstance(value, bool | None) else str(value)


_WORDS: Final[Mapping[Any, str]] = {True: "true", False: "false", None: "null"}
_FEW: Final = 5
"""A mapping of more keys than these is described by its own page, not in one phrase."""

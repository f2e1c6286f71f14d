"""What a hand-written definition lets through that a project's own refuses: every such difference, by machine.

Both are structural schemas, so they can be walked side by side. A field that ours does not have is refused by ours, and
so is no difference; what stands in ours is looser wherever the real one asks for more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One thing in which ours is looser, or merges or names things in another way."""

    path: str
    """`.spec.rules[].matches`; `{}` is a value of a map."""
    what: str
    """`pattern`, `requires name`, `rule 1a2b3c4d`: a rule of the real one by its digest, never by its words."""


def compare(ours: Mapping[str, Any], real: Mapping[str, Any]) -> list[Difference]:
    """The differences between two CustomResourceDefinitions, for every version that ours serves."""
    found = list(_names(ours["spec"], real["spec"]))
    versions = {one["name"]: one for one in real["spec"]["versions"]}
    for version in ours["spec"]["versions"]:
        theirs = versions.get(version["name"])
        if theirs is None or not theirs["served"]:
            found.append(Difference("", f"version {version['name']} is not served"))
            continue
        mine, other = (one["schema"]["openAPIV3Schema"] for one in (version, theirs))
        found += _schemas("", mine, other)
    return sorted(set(found))


def digest(rule: str) -> str:
    """How the accepted differences name a rule of the real one."""
    return hashlib.sha256(" ".join(rule.split()).encode()).hexdigest()[:8]


def subschema(definition: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The schema at a path, in the first version that is served."""
    version = next(one for one in definition["spec"]["versions"] if one["served"])
    found: Any = version["schema"]["openAPIV3Schema"]
    for part in re.findall(r"\[\]|\{\}|[^.\[\]{}]+", path):
        found = (
            found["items"]
            if part == "[]"
            else found["additionalProperties"]
            if part == "{}"
            else found["properties"][part]
        )
    return dict(found)


def rules(definition: Mapping[str, Any], path: str) -> list[dict[str, str]]:
    """The rules at a path."""
    return list(subschema(definition, path).get("x-kubernetes-validations", ()))


def _names(ours: Mapping[str, Any], real: Mapping[str, Any]) -> Iterator[Difference]:
    if ours["scope"] != real["scope"]:
        yield Difference("", "scope")
    for name in ("plural", "singular", "kind", "listKind", "shortNames", "categories"):
        if ours["names"].get(name) != real["names"].get(name):
            yield Difference("", f"names.{name}")


def _schemas(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    if real.get("x-kubernetes-preserve-unknown-fields") and not real.get("properties"):
        return
    yield from _types(path, ours, real)
    yield from _limits(path, ours, real)
    yield from _rules(path, ours, real)
    yield from _defaults(path, ours, real)
    yield from _merging(path, ours, real)
    yield from _fields(path, ours, real)
    if "items" in real and "items" in ours:
        yield from _schemas(f"{path}[]", ours["items"], real["items"])


def _types(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    mixed = "x-kubernetes-int-or-string"
    if real.get(mixed):
        if not ours.get(mixed) and ours.get("type") not in {"string", "integer"}:
            yield Difference(path, "type int-or-string")
    elif ours.get("type") != real.get("type") and (ours.get("type"), real.get("type")) != ("integer", "number"):
        yield Difference(path, f"type {real.get('type')}")
    if ours.get("nullable") and not real.get("nullable"):
        yield Difference(path, "nullable")
    if "format" in real and real["format"] != ours.get("format") and not _within(real["format"], ours):
        yield Difference(path, f"format {real['format']}")
    for name in ("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"):
        if ours.get(name) and not real.get(name):
            yield Difference(path, name)


def _within(form: str, ours: Schema) -> bool:
    """Whether every number or text that ours takes has the format anyhow."""
    if "enum" in ours:
        return True
    bits = {"int32": 31, "int64": 63}.get(form)
    return bits is not None and ours.get("maximum", 2**64) < 2**bits and ours.get("minimum", -(2**64)) >= -(2**bits)


def _limits(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    values = ours.get("enum")
    if "enum" in real and (values is None or set(values) - set(real["enum"])):
        yield Difference(path, f"enum {', '.join(map(str, sorted(set(values or ()) - set(real['enum']))))}".rstrip())
    for name in _limits_of(_LOWER, real):
        least = real.get(name)
        if least is None or (least == 0 and name != "minimum"):
            continue
        if values is not None and all(_size(name, one) >= least for one in values):
            continue
        if ours.get(name) is None or ours[name] < least:
            yield Difference(path, f"{name} {least}")
    for name in _limits_of(_UPPER, real):
        if name not in real or (values is not None and all(_size(name, one) <= real[name] for one in values)):
            continue
        if ours.get(name) is None or ours[name] > real[name]:
            yield Difference(path, f"{name} {real[name]}")
    pattern = None if real.get("type") == "array" else real.get("pattern")
    # An API server searches: a pattern without anchors fits anywhere.
    fits = values is not None and pattern is not None and all(re.search(pattern, one) for one in values)
    if pattern is not None and not fits and pattern != ours.get("pattern"):
        yield Difference(path, f"pattern {digest(pattern)}")
    for name in ("multipleOf", "exclusiveMinimum", "exclusiveMaximum", "uniqueItems"):
        if name in real and real[name] != ours.get(name):
            yield Difference(path, name)
    for name in ("allOf", "anyOf", "oneOf", "not"):
        if name in real and real[name] not in (ours.get(name), _INT_OR_STRING):
            yield Difference(path, f"{name} {digest(repr(real[name]))}")


def _limits_of(names: Sequence[str], real: Schema) -> list[str]:
    """Those that mean anything: the length of a text says nothing of a list, though some projects write it there."""
    meant = {"array": "Items", "object": "Properties", "string": "Length"}.get(real.get("type", ""), "imum")
    return [name for name in names if name.endswith(meant)]


def _size(limit: str, value: Any) -> float:
    return value if limit.endswith("imum") else len(value)


def _rules(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    mine = {" ".join(one["rule"].split()) for one in ours.get("x-kubernetes-validations", ())}
    for one in real.get("x-kubernetes-validations", ()):
        if " ".join(one["rule"].split()) not in mine:
            yield Difference(path, f"rule {digest(one['rule'])}")


def _defaults(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    """What the server fills in: it is seen in what a deploy would change, and it is checked as what was written is."""
    if ours.get("default") != real.get("default"):
        yield Difference(path, f"default {real.get('default')}")


def _merging(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    """How server-side apply merges; a list of sets or maps refuses what it holds twice, too."""
    for name, usual in (("x-kubernetes-list-type", "atomic"), ("x-kubernetes-map-type", "granular")):
        if ours.get(name, usual) != real.get(name, usual):
            yield Difference(path, f"{name} {real.get(name, usual)}")
    if ours.get(_KEYS) != real.get(_KEYS):
        yield Difference(path, f"{_KEYS} {', '.join(real.get(_KEYS, ()))}")


def _fields(path: str, ours: Schema, real: Schema) -> Iterator[Difference]:
    mine, theirs = ours.get("properties", {}), real.get("properties", {})
    for name in real.get("required", ()):
        filled = "default" in theirs.get(name, {})
        if name not in ours.get("required", ()) and not filled:
            yield Difference(path, f"requires {name}")
    values = real.get("additionalProperties")
    for name in mine:
        if name in theirs:
            if not (path == "" and name == "metadata"):
                yield from _schemas(f"{path}.{name}", mine[name], theirs[name])
        elif isinstance(values, Mapping):
            yield from _schemas(f"{path}.{name}", mine[name], values)
        elif not real.get("x-kubernetes-preserve-unknown-fields"):
            yield Difference(f"{path}.{name}", "is unknown")
    for name in set(theirs) - set(mine):
        if path and "default" in theirs[name]:
            yield Difference(f"{path}.{name}", f"is filled in with {theirs[name]['default']}")
    held = ours.get("additionalProperties")
    if held is None:
        return
    if isinstance(values, Mapping) and isinstance(held, Mapping):
        yield from _schemas(f"{path}{{}}", held, values)
    elif not values:
        yield Difference(path, "takes any field")


_KEYS: Final = "x-kubernetes-list-map-keys"
_LOWER: Final = ("minimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "maxLength", "maxItems", "maxProperties")
_INT_OR_STRING: Final = [{"type": "integer"}, {"type": "string"}]

"""What botocore's models and CloudFormation's schemas say of the arguments of Terraform's resource types."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader

from facts_generator.names import ARGUMENTS, OPERATIONS, TYPES, find, squash, words_of_type
from facts_generator.reviewed import ADDED, LEFT_OUT, LEFT_OUT_TYPES
from facts_generator.versions import schema_of, schemas_by_type
from twinstack.rehearsal.schema_provider.schema import Block
from twinstack.rehearsal.schemas import VERSIONS, read

Fact = dict[str, Any]


def values() -> dict[str, dict[str, Any]]:
    """By type and path, the facts, and under "" which operation and which schema a type is."""
    schema = read(VERSIONS[0])
    found: dict[str, dict[str, Any]] = {}
    by_word = _cloudformation_by_word()
    for type_ in sorted(schema.names("resource")):
        cloudformation = TYPES.get(type_, by_word.get(squash(type_.removeprefix("aws_")), ""))
        operation = OPERATIONS.get(type_, ())
        if type_ in LEFT_OUT_TYPES or not (cloudformation or operation):
            continue
        facts = dict(_facts(type_, schema.block("resource", type_), cloudformation, operation))
        if facts:
            found[type_] = {"": [" ".join(operation[:2]), cloudformation], **dict(sorted(facts.items()))}
    return found


def _facts(type_: str, block: Block, cloudformation: str, operation: tuple[str, ...]) -> Iterator[tuple[str, Fact]]:
    shape = _input_of(operation) if operation else None
    node = (schema_of(cloudformation), schema_of(cloudformation)) if cloudformation else None
    for path, said in _walk(block, _Api(operation[0], shape) if shape else None, node, type_, ""):
        if (type_, path) in LEFT_OUT:
            continue
        if "v" in said and (type_, path) in ADDED:
            said["v"] = [*said["v"], *ADDED[type_, path]]
        if len(said.get("v", ())) <= MOST_VALUES:
            yield path, said


def shared_lists(types: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Takes each list of values out of the facts and leaves its number there: many arguments have the same."""
    lists: dict[tuple[str, ...], int] = {}
    for row in types.values():
        for path, fact in row.items():
            if path and "v" in fact:
                fact["v"] = lists.setdefault(tuple(fact["v"]), len(lists))
    return [list(one) for one in lists]


class _Api:
    """A shape of a service's model."""

    def __init__(self, service: str, shape: Mapping[str, Any]) -> None:
        self.service = service
        self.shape = shape

    def member(self, name: str) -> _Api | None:
        inner = self.items()
        found = find(name, inner.shape.get("members", {}))
        return _Api(self.service, _shapes(self.service)[inner.shape["members"][found]["shape"]]) if found else None

    def items(self) -> _Api:
        shape = self.shape
        while shape["type"] == "list":
            shape = _shapes(self.service)[shape["member"]["shape"]]
        return _Api(self.service, shape)


def _walk(
    block: Block, api: _Api | None, node: tuple[Any, Any] | None, type_: str, prefix: str, depth: int = 0
) -> Iterator[tuple[str, Fact]]:
    renamed = ARGUMENTS.get(type_, {})
    for name, attribute in block.attributes.items():
        path = f"{prefix}{name}"
        if not (attribute.required or attribute.optional):
            continue
        member = renamed.get(path, name)
        if not member or name in TAGS:
            continue
        inner, schema = api and api.member(member), _property(node, member)
        if attribute.nested:
            if depth < DEEPEST:
                yield from _walk(attribute.nested.block, inner, schema, type_, f"{path}.", depth + 1)
        elif attribute.type == "dynamic" and inner is not None:
            yield from _shapes_alone(inner, f"{path}.", {id(inner.items().shape)})
        elif fact := _fact(inner, schema, attribute.type):
            yield path, fact
    for name, nested in block.blocks.items():
        path = f"{prefix}{name}"
        member = renamed.get(path, name)
        if name not in META and member and depth < DEEPEST:
            inner, schema = api and api.member(member), _property(node, member)
            if inner or schema:
                yield from _walk(nested.block, inner, schema, type_, f"{path}.", depth + 1)


def _shapes_alone(api: _Api, prefix: str, seen: set[int]) -> Iterator[tuple[str, Fact]]:
    """What the bindings have no structure for, since it holds itself: WAF's statements, by the model alone, each once."""
    inner = api.items()
    for member in inner.shape.get("members", {}):
        one = inner.member(member)
        if one is None:
            continue
        path, shape = f"{prefix}{_snake(member)}", one.items().shape
        if shape["type"] == "structure":
            if id(shape) not in seen:
                yield from _shapes_alone(one, f"{path}.", {*seen, id(shape)})
        elif fact := _fact(one, None, "number" if shape["type"] in {"integer", "long"} else "string"):
            yield path, fact


def _snake(member: str) -> str:
    """EvaluationWindowSec is `evaluation_window_sec`; a list of blocks is called by one of them."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", member).lower()
    return SINGULAR.get(words, words)


def _fact(api: _Api | None, node: tuple[Any, Any] | None, type_: Any) -> Fact | None:
    """Both sources' fact on one argument: of two lists all of both, of two limits the wider, so that nothing is refused that
    one of them takes.
    """
    kind = type_[1] if isinstance(type_, list) and type_[0] in {"list", "set"} else type_
    if kind not in ("string", "number"):
        return None
    said = [(letter, fact) for letter, fact in (("b", _of_api(api)), ("c", _of_schema(node))) if fact is not None]
    if not said:
        return None
    found: Fact = {}
    facts = [fact for _, fact in said]
    lists = [fact["v"] for fact in facts if "v" in fact]
    if lists:
        found["v"] = sorted({str(value) for values_ in lists for value in values_}, key=_in_order)
    elif kind == "number":
        if limits := _widest([fact["r"] for fact in facts if "r" in fact]):
            found["r"] = limits
    else:
        if limits := _widest([fact["l"] for fact in facts if "l" in fact]):
            found["l"] = limits
        # CloudFormation's patterns are about its own texts, with dynamic references in them.
        pattern = dict(said).get("b", {}).get("p", "")
        if _is_usable(pattern):
            found["p"] = pattern
    key = "".join(letter for letter, fact in said if set(fact) & set(found))
    return {**found, "s": key} if found else None


def _of_api(api: _Api | None) -> Fact | None:
    if api is None:
        return None
    shape = api.items().shape
    if shape["type"] == "string":
        if "enum" in shape:
            return {"v": shape["enum"]}
        said: Fact = {"p": shape["pattern"]} if "pattern" in shape else {}
        if "min" in shape or "max" in shape:
            said["l"] = [shape.get("min", 0), shape.get("max")]
        return said or None
    if shape["type"] in {"integer", "long"} and ("min" in shape or "max" in shape):
        return {"r": [shape.get("min"), shape.get("max")]}
    return None


def _of_schema(node: tuple[Any, Any] | None) -> Fact | None:
    if node is None:
        return None
    schema = _resolved(node)[0]
    while schema.get("type") == "array":
        schema = _resolved((schema.get("items", {}), node[1]))[0]
    if "enum" in schema:
        return {"v": [str(value).lower() if isinstance(value, bool) else value for value in schema["enum"]]}
    said: Fact = {"p": schema["pattern"]} if isinstance(schema.get("pattern"), str) else {}
    if "minLength" in schema or "maxLength" in schema:
        said["l"] = [schema.get("minLength", 0), schema.get("maxLength")]
    if "minimum" in schema or "maximum" in schema:
        said["r"] = [schema.get("minimum"), schema.get("maximum")]
    return said or None


def _property(node: tuple[Any, Any] | None, name: str) -> tuple[Any, Any] | None:
    if node is None:
        return None
    schema, root = _resolved(node)
    while schema.get("type") == "array":
        schema, root = _resolved((schema.get("items", {}), root))
    members = schema.get("properties", {})
    found = find(name, members)
    return (members[found], root) if found else None


def _resolved(node: tuple[Any, Any]) -> tuple[Any, Any]:
    schema, root = node
    while isinstance(schema, dict) and "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target.get(part, {})
        schema = target
    return (schema if isinstance(schema, dict) else {}), root


def _widest(limits: list[list[Any]]) -> list[Any] | None:
    if not limits:
        return None
    least = None if any(one[0] is None for one in limits) else min(one[0] for one in limits)
    most = None if any(one[1] is None for one in limits) else max(one[1] for one in limits)
    # A bound that every 32- or 64-bit number keeps says nothing.
    most = None if most is not None and most >= 2**31 - 1 else most
    least = None if least is not None and least <= -(2**31) else least
    return [least, most] if least or most is not None or least == 0 else None


def _is_usable(pattern: str) -> bool:
    """Whether Python reads a pattern, and it says more than that there is some text."""
    if not pattern or pattern in SAYS_NOTHING or len(pattern) > LONGEST_PATTERN:
        return False
    text = pattern
    for category in "LNZ":
        text = text.replace(f"\\p{{{category}}}", "a")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except (re.error, FutureWarning, DeprecationWarning):
        return False
    return True


def _in_order(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:
        return 0.0, value


@cache
def _cloudformation_by_word() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(schemas_by_type()):
        if name.count("::") == 2 and name.startswith("AWS::"):
            for word in words_of_type(name):
                found.setdefault(word, name)
    return found


def _input_of(operation: tuple[str, ...]) -> Mapping[str, Any]:
    service, name, *path = operation
    model = _model(service)
    api = _Api(service, model["shapes"][model["operations"][name]["input"]["shape"]])
    for member in path:
        found = api.member(member)
        if found is None:
            raise LookupError(f"{service} {name} has no {member}")
        api = found
    return api.items().shape


def _shapes(service: str) -> Mapping[str, Any]:
    return _model(service)["shapes"]


@cache
def _model(service: str) -> Mapping[str, Any]:
    return Loader().load_service_model(service, "service-2")


DEEPEST: Final = 5
"""How many blocks within blocks: WAF's statements hold each other without end."""
LONGEST_PATTERN: Final = 300
MOST_VALUES: Final = 400
"""EC2's machines are more: what a region has of them is in the offers."""
META: Final = frozenset({"timeouts"})
SINGULAR: Final = {
    "text_transformations": "text_transformation", "statements": "statement", "custom_keys": "custom_key",
    "rule_action_overrides": "rule_action_override", "excluded_rules": "excluded_rule",
    "managed_rule_group_configs": "managed_rule_group_configs",
}  # fmt: skip
TAGS: Final = frozenset({"tags", "tags_all"})
SAYS_NOTHING: Final = frozenset({".*", ".+", "^.*$", "^.+$", r"[\s\S]*", r"[\s\S]+", r"[\S\s]*", r"\S+", r"^[\s\S]*$"})

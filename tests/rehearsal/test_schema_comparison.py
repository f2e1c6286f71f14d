"""The comparison of two schemas finds each way in which one is looser, and nothing where it is stricter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.schema_comparison import compare, digest, rules, subschema

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
RULE = {"rule": "self.a > 1", "message": "more"}


def definition(schema: dict[str, Any], **spec: Any) -> dict[str, Any]:
    root = {"type": "object", "properties": {"spec": schema}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
    return {"spec": {"scope": "Namespaced", "names": {"kind": "A"}, "versions": [version], **spec}}


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def found(ours: dict[str, Any], real: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.path, one.what) for one in compare(definition(ours), definition(real))]


@pytest.mark.parametrize(
    ("ours", "real", "path", "what"),
    [
        (of(a=TEXT), of(), ".spec.a", "is unknown"),
        (of(a=TEXT), of(a=NUMBER), ".spec.a", "type integer"),
        (of(a={"type": "number"}), of(a=NUMBER), ".spec.a", "type integer"),
        (of(a={"type": "boolean"}), of(a={"x-kubernetes-int-or-string": True}), ".spec.a", "type int-or-string"),
        (of(a={**TEXT, "nullable": True}), of(a=TEXT), ".spec.a", "nullable"),
        (of(a=TEXT), {**of(a=TEXT), "required": ["a"]}, ".spec", "requires a"),
        (of(a=TEXT), {**of(a=TEXT, b=TEXT), "required": ["b"]}, ".spec", "requires b"),
        (of(a=TEXT), of(a={**TEXT, "enum": ["x"]}), ".spec.a", "enum"),
        (of(a={**TEXT, "enum": ["x", "y"]}), of(a={**TEXT, "enum": ["x"]}), ".spec.a", "enum y"),
        (of(a=TEXT), of(a={**TEXT, "maxLength": 3}), ".spec.a", "maxLength 3"),
        (of(a={**TEXT, "maxLength": 4}), of(a={**TEXT, "maxLength": 3}), ".spec.a", "maxLength 3"),
        (of(a={**TEXT, "enum": ["long"]}), of(a={**TEXT, "maxLength": 3}), ".spec.a", "maxLength 3"),
        (of(a={**TEXT, "minLength": 1}), of(a={**TEXT, "minLength": 2}), ".spec.a", "minLength 2"),
        (of(a=NUMBER), of(a={**NUMBER, "minimum": 0}), ".spec.a", "minimum 0"),
        (of(a=NUMBER), of(a={**NUMBER, "maximum": 0}), ".spec.a", "maximum 0"),
        (of(a=NUMBER), of(a={**NUMBER, "format": "int32"}), ".spec.a", "format int32"),
        (of(a=TEXT), of(a={**TEXT, "format": "byte"}), ".spec.a", "format byte"),
        (of(a=TEXT), of(a={**TEXT, "pattern": "^x$"}), ".spec.a", f"pattern {digest('^x$')}"),
        (of(a={**TEXT, "enum": ["y"]}), of(a={**TEXT, "pattern": "^x$"}), ".spec.a", f"pattern {digest('^x$')}"),
        (
            of(a={"type": "array", "items": TEXT}),
            of(a={"type": "array", "maxItems": 2, "items": TEXT}),
            ".spec.a",
            "maxItems 2",
        ),
        (
            of(a={"type": "array", "items": TEXT}),
            of(a={"type": "array", "items": {**TEXT, "minLength": 1}}),
            ".spec.a[]",
            "minLength 1",
        ),
        (
            of(a={"type": "array", "items": TEXT}),
            of(a={"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"}),
            ".spec.a",
            "x-kubernetes-list-type set",
        ),
        (of(a=of(b=TEXT)), of(a={**of(b=TEXT), "maxProperties": 1}), ".spec.a", "maxProperties 1"),
        (of(a={"type": "object", "additionalProperties": TEXT}), of(a=of(b=TEXT)), ".spec.a", "takes any field"),
        (
            of(a={"type": "object", "additionalProperties": TEXT}),
            of(a={"type": "object", "additionalProperties": {**TEXT, "maxLength": 1}}),
            ".spec.a{}",
            "maxLength 1",
        ),
        (
            of(a=of(b=TEXT)),
            of(a={"type": "object", "additionalProperties": {**TEXT, "maxLength": 1}}),
            ".spec.a.b",
            "maxLength 1",
        ),
        (
            {**of(), "x-kubernetes-preserve-unknown-fields": True},
            of(),
            ".spec",
            "x-kubernetes-preserve-unknown-fields",
        ),
        (of(a=TEXT), {**of(a=TEXT), "x-kubernetes-validations": [RULE]}, ".spec", f"rule {digest(RULE['rule'])}"),
        (
            of(a=TEXT),
            {**of(a=TEXT), "oneOf": [{"required": ["a"]}]},
            ".spec",
            f"oneOf {digest(repr([{'required': ['a']}]))}",
        ),
        (of(a=TEXT), of(a={**TEXT, "default": "x"}), ".spec.a", "default x"),
        (of(a={**TEXT, "default": "x"}), of(a=TEXT), ".spec.a", "default None"),
        (of(a=TEXT), of(a=TEXT, b={**TEXT, "default": "x"}), ".spec.b", "is filled in with x"),
        (of(a=of()), of(a={**of(), "x-kubernetes-map-type": "atomic"}), ".spec.a", "x-kubernetes-map-type atomic"),
    ],
)
def test_what_is_looser_is_found(ours: dict[str, Any], real: dict[str, Any], path: str, what: str) -> None:
    assert (path, what) in found(ours, real)


@pytest.mark.parametrize(
    ("ours", "real"),
    [
        (of(), of(a=TEXT)),
        (of(), {**of(a={**TEXT, "default": "x"}), "required": ["a"]}),
        ({**of(a=TEXT), "required": ["a"]}, of(a=TEXT)),
        (of(a={**TEXT, "enum": ["x"]}), of(a={**TEXT, "enum": ["x", "y"]})),
        (of(a={**TEXT, "enum": ["x"]}), of(a={**TEXT, "pattern": "^.$", "maxLength": 1, "minLength": 1})),
        (of(a={**TEXT, "maxLength": 2, "minLength": 2}), of(a={**TEXT, "maxLength": 3, "minLength": 1})),
        (of(a=NUMBER), of(a={"type": "number"})),
        (of(a=TEXT), of(a={"x-kubernetes-int-or-string": True})),
        (of(a={**NUMBER, "minimum": 0, "maximum": 9}), of(a={**NUMBER, "format": "int32"})),
        (of(a=of(b=TEXT)), of(a={"type": "object", "x-kubernetes-preserve-unknown-fields": True})),
        (of(a=of(b=TEXT)), of(a={"type": "object", "additionalProperties": TEXT})),
        ({**of(a=TEXT), "x-kubernetes-validations": [RULE]}, of(a=TEXT)),
        (
            of(a={"type": "array", "items": TEXT}),
            of(a={"type": "array", "maxLength": 1, "items": TEXT, "x-kubernetes-list-type": "atomic"}),
        ),
    ],
)
def test_what_is_stricter_or_the_same_is_no_difference(ours: dict[str, Any], real: dict[str, Any]) -> None:
    assert [one for one in found(ours, real) if "filled in" not in one[1]] == []
    assert found(ours, ours) == []


def test_names_scope_and_versions_are_compared() -> None:
    ours, real = definition(of()), definition(of(), scope="Cluster", names={"kind": "A", "shortNames": ["a"]})
    real["spec"]["versions"][0]["served"] = False
    assert [one.what for one in compare(ours, real)] == ["names.shortNames", "scope", "version v1 is not served"]


def test_a_path_leads_to_its_schema_and_rules() -> None:
    inner = {"type": "object", "additionalProperties": {**TEXT, "x-kubernetes-validations": [RULE]}}
    one = definition(of(a={"type": "array", "items": of(b=inner)}))
    assert subschema(one, ".spec.a[].b{}")["type"] == "string"
    assert rules(one, ".spec.a[].b{}") == [RULE]
    assert rules(one, "") == []

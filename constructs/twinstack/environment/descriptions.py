"""What stands below the fields of a model, as the text of each: read from the source when somebody asks for it."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel


def description_of(kind: type[BaseModel], field: str) -> str:
    """What is said of a field, by `Field(description=…)` or by the text below it; empty where nothing is."""
    return kind.__pydantic_fields__[field].description or descriptions(kind).get(field, "")


def described(kind: type[BaseModel], schema: dict[str, Any]) -> None:
    """Puts the text below each field into the class's own schema, where nothing else describes the field."""
    for name, field in kind.__pydantic_fields__.items():
        text = "" if field.description else descriptions(kind).get(name, "")
        if text and name in schema.get("properties", {}):
            schema["properties"][name]["description"] = text


@cache
def descriptions(kind: type[BaseModel]) -> Mapping[str, str]:
    """The texts below the fields of a model, its bases' too. Shared: not to be changed."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel:
            file = getattr(sys.modules.get(one.__module__), "__file__", None)
            found |= _in_file(file).get(one.__qualname__, {}) if file else {}
    return {name: text for name, text in found.items() if name in kind.__pydantic_fields__}


@cache
def _in_file(file: str) -> Mapping[str, Mapping[str, str]]:
    """For each class of a source, by its qualified name, the texts below what it annotates."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):  # a module of no source
        return {}
    return dict(_in_body(tree.body, ""))


def _in_body(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                yield f"{prefix}{name}", dict(_below_fields(node.body))
                yield from _in_body(node.body, f"{prefix}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _in_body(node.body, f"{prefix}{name}.<locals>.")
            case ast.If() | ast.With() | ast.Try():
                yield from _in_body([one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt)], prefix)
            case _:
                continue


def _below_fields(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in itertools.pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                yield name, inspect.cleandoc(said)
            case _:
                continue

"""Turns pydantic's validation errors into problems: where, what was given, what is allowed, and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twinstack.environment.layers import Merged
from twinstack.environment.model import RULE_ERROR
from twinstack.environment.yaml import Path_, dotted
from twinstack.errors import Location, Problem


def explain(error: ValidationError, kind: type[BaseModel], merged: Merged) -> Iterator[Problem]:
    """A problem for each thing pydantic refused, except in `uses`, which the link rules judge."""
    for detail in error.errors(include_url=False):
        path = _existing(tuple(detail["loc"]), merged.data)
        if "uses" in path[1:2]:
            continue
        if detail["type"] == RULE_ERROR:
            for finding in detail["ctx"]["findings"]:
                where = (*path, *finding.path)
                yield Problem(
                    finding.code, finding.message, dotted(where), merged.locate(where), finding.given, finding.allowed, finding.fix
                )
            continue
        yield _explain_one(detail, path, kind, merged)


def nearest(word: str, known: Iterator[str] | list[str]) -> str | None:
    """The known word that was probably meant."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _explain_one(detail: ErrorDetails, path: Path_, kind: type[BaseModel], merged: Merged) -> Problem:
    location = merged.locate(path)
    if detail["type"] == "extra_forbidden":
        model = _model_at(kind, path[:-1])
        known = sorted(model.__pydantic_fields__) if model else []
        guess = nearest(str(path[-1]), known)
        return Problem(
            "TW103",
            "unknown key",
            dotted(path),
            location,
            given=str(path[-1]),
            allowed=", ".join(known),
            fix=f"did you mean `{guess}`?" if guess else "remove it",
        )
    if detail["type"] == "missing":
        description = _description(kind, path)
        return Problem(
            "TW107",
            "a value is missing",
            dotted(path),
            location or Location(merged.layers[0]),
            allowed=description,
            fix=f"add `{path[-1]}`",
        )
    allowed = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem("TW104", "the value does not fit", dotted(path), location, _shown(detail["input"]), allowed)


def _existing(path: Path_, data: Any) -> Path_:
    """The path without what pydantic adds to it (`[key]`, the branch of a union)."""
    for depth, part in enumerate(path):
        if isinstance(data, Mapping):
            if part not in data:
                return path[: depth + 1]
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return path[:depth]
    return path


def _model_at(kind: type[BaseModel], path: Path_) -> type[BaseModel] | None:
    for part in path:
        field = kind.__pydantic_fields__.get(str(part))
        if field is None:
            return kind if isinstance(part, int) else None
        inner = next(
            (
                candidate
                for annotation in (field.annotation, *get_args(field.annotation))
                for candidate in (annotation, *get_args(annotation))
                if isinstance(candidate, type) and issubclass(candidate, BaseModel)
            ),
            None,
        )
        if inner is None:
            return None
        kind = inner
    return kind


def _description(kind: type[BaseModel], path: Path_) -> str:
    model = _model_at(kind, path[:-1])
    field = model.__pydantic_fields__.get(str(path[-1])) if model else None
    return (field.description or "") if field else ""


def _shown(value: Any) -> str:
    text = "nothing" if value is None else f'"{value}" (text)' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_LONGEST_SHOWN = 80

"""Finds secrets that stand in the layers of an environment, by what they look like and by what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from twinstack.environment.base import Environment
from twinstack.errors import Location, Problem
from twinstack.layers.document import Document, Path_, dotted
from twinstack.layers.merge import Merged
from twinstack.layers.secrets_in_text import Suspicion, by_name, by_shape

CODE: Final = "TW105"


def check_secrets(
    kind: type[Environment], documents: Sequence[tuple[str, Document]], merged: Merged, used: set[tuple[str, str]]
) -> Iterator[Problem]:
    """A problem for each value that seems to be a secret, and for each line that holds one elsewhere (a comment, a key).

    What only seems to be one may be acknowledged on its spec: `TW105 GOOGLE_MAPS_API_KEY: reason`. The reasons that were
    needed are added to `used`, each as its field and its key. Another layer may write over a value: it is read all the same.
    """
    for _, document in documents:
        lines: set[int] = set()
        for path, value in _texts(document.data, ()):
            shaped = by_shape(value)
            found = shaped or by_name(str(path[-1]), value)
            if found is None or not (shaped or _is_named_by_product(kind, path)):
                continue
            where = document.locations.get(path)
            below = value.count("\n") + 1 if "\n" in value else 0
            lines.update(range(where.line, where.line + below + 1) if where else ())
            reason = f"{CODE} {path[-1]}"
            if found.may_be_public and reason in _acknowledged(merged, path):
                used.add((str(path[0]), reason))
                continue
            yield _problem(found, dotted(path), where, _acknowledgement(found, path, reason))
        for line, what in document.secret_lines:
            if line not in lines:
                yield _problem(Suspicion(what, may_be_public=False), "", Location(document.file, line), "")


def _problem(found: Suspicion, path: str, location: Location | None, otherwise: str) -> Problem:
    """The value is never shown."""
    return Problem(
        CODE,
        f"{found.what} in YAML",
        path,
        location,
        given="(not shown)",
        allowed="no secret stands in a file under version control",
        fix="make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here"
        + otherwise,
    )


def _acknowledgement(found: Suspicion, path: Path_, reason: str) -> str:
    if not found.may_be_public or len(path) < _IN_A_SPEC:
        return ""
    return f'; or, where everybody may have it, `{path[0]}.acknowledge: {{{reason}: "why"}}`'


def _acknowledged(merged: Merged, path: Path_) -> Mapping[str, Any]:
    section = merged.data.get(str(path[0]))
    reasons = section.get("acknowledge") if isinstance(section, Mapping) else None
    return reasons if isinstance(reasons, Mapping) else {}


def _texts(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Every text, but for the reasons that reviewers read."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if path[1:] or key != "acknowledge":
                yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _is_named_by_product(kind: type[BaseModel], path: Path_) -> bool:
    """Whether the product chose the key, and the value may be any text: a variable of settings.

    A field of a spec says what it holds: `pull_secret` is a Secret's name. A field of free text may still be meant for a
    secret, by a spec of somebody else's; one whose value has to fit a pattern holds a name. An entry under a name of the
    product's own is looked at even where no text belongs: `credentials.provided` takes descriptions, and is given values.
    """
    if path[1:2] == LINKS:
        return False
    outer: list[Any] = []
    branches = [*_branches(kind)]
    for part in path:
        outer, branches = branches, [each for branch in branches for each in _inside(branch, part)]
    return str in branches or (bool(branches) and any(get_origin(each) is dict for each in outer))


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.__pydantic_fields__.get(str(part))
        if field is not None and not _is_fitted(field.metadata):
            yield from _branches(field.annotation)
        return
    inner = get_args(annotation)
    if get_origin(annotation) is dict:
        yield from _branches(inner[1])
    elif inner and isinstance(part, int):
        yield from _branches(inner[0])


def _branches(annotation: Any) -> Iterator[Any]:
    """What the value may be: a union's members, each without what pydantic is told beside it; nothing that has a pattern."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *beside = get_args(annotation)
        if not _is_fitted(beside):
            yield from _branches(inner)
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _branches(each)
    else:
        yield annotation


def _is_fitted(beside: Sequence[Any]) -> bool:
    return any(
        getattr(each, "pattern", None) or any(getattr(one, "pattern", None) for one in getattr(each, "metadata", ()))
        for each in beside
    )


_IN_A_SPEC: Final = 2
LINKS: Final = ("uses",)
"""What a link says are names: `password: DB_PASSWORD`."""

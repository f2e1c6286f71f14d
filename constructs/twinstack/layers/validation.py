"""Makes specs of merged data, and goes on looking where some of it is wrong, so that one mistake hides no other."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import ValidationError

from twinstack.environment.base import Environment
from twinstack.environment.model import RULE_ERROR, WITHOUT_RULES
from twinstack.environment.spec import Spec
from twinstack.errors import Problem
from twinstack.layers import reasons
from twinstack.layers.document import Path_
from twinstack.layers.merge import Merged

E = TypeVar("E", bound=Environment)


def validate(kind: type[E], merged: Merged) -> tuple[E | None, dict[str, Spec], list[Problem]]:
    """The environment with its specs, and a problem for each thing that is wrong.

    Where something is, an environment is made all the same of what can be used, so that the remaining rules are
    checked in the same run; it never leaves the loader. None where even its names cannot be known.
    """
    kinds = spec_kinds(kind)
    try:
        environment = kind.model_validate_json(json.dumps(merged.data), strict=True)
    except ValidationError as error:
        wrong = [
            _path(detail["loc"], merged) for detail in error.errors(include_url=False) if detail["type"] != RULE_ERROR
        ]
        problems = [*reasons.explain(error, kind, merged)]
    else:
        return environment, {field: spec for field in kinds if (spec := getattr(environment, field)) is not None}, []
    specs: dict[str, Spec] = {}
    for field, spec_kind in kinds.items():
        spec = _mended(spec_kind, field, [path for path in wrong if path[0] == field], merged)
        if spec is not None:
            specs[field] = spec
            problems += _rule_problems(spec, field, kind, merged)
    return _partial(kind, {str(path[0]) for path in wrong}, specs, merged), specs, list(dict.fromkeys(problems))


def spec_kinds(kind: type[Environment]) -> dict[str, type[Spec]]:
    """The spec class of each field that holds one, `X | None` included."""
    kinds: dict[str, type[Spec]] = {}
    for field, info in kind.__pydantic_fields__.items():
        for candidate in (info.annotation, *get_args(info.annotation)):
            if isinstance(candidate, type) and issubclass(candidate, Spec):
                kinds[field] = candidate
    return kinds


def _partial(kind: type[E], broken: set[str], specs: Mapping[str, Spec], merged: Merged) -> E | None:
    own = {field for field in Environment.__pydantic_fields__ if field in merged.data or field in broken}
    if own & broken - set(_STAND_INS):
        return None
    values = {field: _STAND_INS[field] if field in broken else merged.data[field] for field in own}
    checked = Environment.model_validate_json(json.dumps(values), strict=True)
    return kind.model_construct(None, **(checked.__dict__ | dict(specs)))


def _mended(kind: type[Spec], field: str, wrong: list[Path_], merged: Merged) -> Spec | None:
    """The spec with an earlier layer's word, or the default, for what is wrong in it; None where that fails."""
    section = merged.data.get(field)
    if not isinstance(section, Mapping):
        return None
    whole = {field: copy.deepcopy(section)}
    for path in wrong:
        _mend(whole, path, merged)
    try:
        return kind.model_validate_json(json.dumps(whole[field]), strict=True, context=WITHOUT_RULES)
    except (ValidationError, KeyError):
        return None


def _mend(whole: dict[str, Any], path: Path_, merged: Merged) -> None:
    """Takes one wrong value out; of a list with a wrong item the whole list."""
    path = tuple(itertools.takewhile(lambda part: isinstance(part, str), path))
    here: Any = whole
    for part in path[:-1]:
        here = here.get(part) if isinstance(here, dict) else None
    if not isinstance(here, dict):
        return
    earlier = [origin.value for origin in merged.origins.get(path, ())[:-1]]
    here.pop(path[-1], None)
    if earlier:
        here[path[-1]] = copy.deepcopy(earlier[-1])


def _rule_problems(spec: Spec, field: str, kind: type[Environment], merged: Merged) -> Iterator[Problem]:
    try:
        for finding in spec.findings():
            yield reasons.of_rule(finding, (field,), kind, merged)
    except ARITHMETIC:
        return


def _path(location: tuple[str | int, ...], merged: Merged) -> Path_:
    return reasons.existing(location, merged.data)


ARITHMETIC: Final = (ArithmeticError, LookupError, ValueError)
"""What a rule may raise that counts with a value another rule has refused: that problem is shown already."""
_STAND_INS: Final[Mapping[str, object]] = {
    "account": "000000000000",
    "region": "us-east-1",
    "version": "0",
    "tags": {},
}
"""What stands in for a wrong top-level value, so that the rest is still reviewed. None is part of a name."""

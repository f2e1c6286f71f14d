"""What AWS, or the real provider, would refuse: a value in the plan, a step in the plan or in the apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from twinstack.facts import Refused, RefusedStep, refused, refused_steps
from twinstack.rehearsal.schema_provider.protocol import ERROR, WARNING
from twinstack.rehearsal.schema_provider.wire import diagnostic, is_typed, is_unknown

Values: TypeAlias = Mapping[str, Any] | None


def of_plan(
    type_name: str, prior: Values, planned: Mapping[str, Any], configuration: Mapping[str, Any], region: str
) -> list[Any]:
    """The diagnostics of a plan: values that AWS does not take, where they are new, and steps that the provider refuses.

    A value that may only be newer than the data is a warning.
    """
    values = [
        _of_value(one)
        for one in refused(type_name, _known(configuration), region=region)
        if prior is None or prior.get(name := one.path.partition(".")[0]) != planned.get(name)
    ]
    return [*values, *(_of_step(one) for one in _steps(type_name, prior, planned) if not one.code)]


def of_apply(type_name: str, prior: Values, planned: Values) -> list[Any]:
    """The diagnostics of an apply: steps that AWS refuses, with its error code."""
    return [_of_step(one) for one in _steps(type_name, prior, planned) if one.code]


def _steps(type_name: str, prior: Values, planned: Values) -> Iterator[RefusedStep]:
    return refused_steps(type_name, _known(prior), _known(planned))


def _of_value(one: Refused) -> Any:
    nearest = f" The nearest is {one.nearest}." if one.nearest else ""
    return diagnostic(
        WARNING if one.may_be_newer else ERROR,
        f"{one.path}: AWS does not take {one.given}",
        f"It takes {one.allowed}.{nearest} Source: {one.source}.",
        one.path,
    )


def _of_step(one: RefusedStep) -> Any:
    summary = f"{one.code}: {one.message}" if one.code else one.message
    return diagnostic(ERROR, summary, f"{one.fix[0].upper()}{one.fix[1:]}. Source: {one.source}.", one.path)


def _known(value: Any) -> Any:
    """The value without what is not known yet: that is not there."""
    value = value[1] if is_typed(value) else value
    if is_unknown(value):
        return None
    if isinstance(value, Mapping):
        return {name: _known(one) for name, one in value.items()}
    return [_known(one) for one in value] if isinstance(value, list) else value

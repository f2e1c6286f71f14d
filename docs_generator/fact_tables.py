"""What AWS takes, on the page of facts: what is refused and what is taken of each kind, and which field is held against which."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import twinstack
from twinstack.environment import Half, Model, Spec, WorkloadSpec
from twinstack.environment.writes import declared
from twinstack.facts import Certainty, refused
from twinstack.facts.examples import EXAMPLES, Example
from twinstack.facts.free import FREE
from twinstack.facts.judgement import fact_at
from twinstack.facts.offers import judged_arguments
from twinstack.facts.together import TOGETHER


def fact_tables() -> str:
    """The part of the page below the names."""
    return "\n\n".join([HEAD, _kinds(), FIELDS, _fields(), ARGUMENTS, _free()])


def models_on_aws() -> list[type[Model]]:
    """The library's specs that become something on AWS, and every model in them."""
    root = Path(twinstack.__file__).parent
    for file in sorted(root.glob("*/spec.py")):
        importlib.import_module(f"twinstack.{file.parent.name}.spec")
    found: dict[type[Model], None] = {}
    for spec in sorted(_below(Spec), key=lambda kind: kind.__name__):
        ours = spec.__module__.startswith("twinstack.") and not issubclass(spec, WorkloadSpec)
        if ours and Half.INFRASTRUCTURE in spec.built_in and not spec.__subclasses__():
            _gather(spec, found)
    return list(found)


def _kinds() -> str:
    written = {(one.type, one.argument) for kind in models_on_aws() for _, one in declared(kind)}
    rows = [_row(example, is_loaded=(example.type, example.path) in written) for example in EXAMPLES]
    return "\n".join(
        [
            "| kind | argument | refused | taken | where it is said | what becomes of it |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _row(example: Example, *, is_loaded: bool) -> str:
    found = next(refused(example.type, example.arguments(example.wrong), region=example.region))
    beside = ", ".join(f"`{key}: {value}`" for key, value in example.beside.items())
    place = [*([f"in {example.region}"] if example.region != _USUAL else []), *([f"with {beside}"] if beside else [])]
    argument = " ".join([f"`{example.type}.{example.path}`", ", ".join(place)]).rstrip()
    where = "load, output, rehearsal" if is_loaded else "output, rehearsal"
    return f"| {example.kind} | {argument} | {_value(example.wrong)} | {_value(example.right)} | {where} | {_ENDS[found.certainty]} |"


def _value(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return f"`{text}`" if len(text) <= _LONG else f"{len(text)} characters"


def _fields() -> str:
    rows = [
        f"| `{kind.__name__}.{field}` | `{one.type}.{one.argument}` | {_known(one.type, one.argument)} |"
        for kind in models_on_aws()
        for field, one in declared(kind)
    ]
    return "\n".join(["| field | argument | what AWS takes |", "|---|---|---|", *rows])


def _known(type_: str, argument: str) -> str:
    fact = fact_at(type_, argument)
    parts = [fact.values.allowed.replace("|", "\\|")] if fact is not None and fact.values is not None else []
    if argument in judged_arguments(type_):
        parts.append("what the region and the version have")
    if any(one.startswith(argument) for one in TOGETHER.get(type_, frozenset[str]())):
        parts.append("what fits the arguments beside it")
    return "; ".join(parts) or "its own type's pattern"


def _free() -> str:
    rows = [f"| `{argument}` | {why} |" for argument, why in FREE.items()]
    return "\n".join(["| argument | why |", "|---|---|", *rows])


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _gather(kind: type[Model], found: dict[type[Model], None]) -> None:
    if kind not in found:
        found[kind] = None
        for info in kind.__pydantic_fields__.values():
            for inner in _models_in(info.annotation):
                _gather(inner, found)


def _models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


_USUAL: Final = "us-west-2"
_LONG: Final = 40
_ENDS: Final[Mapping[Certainty, str]] = {
    Certainty.CLOSED: "refused (TW380)",
    Certainty.OFFER: "refused unless acknowledged (TW381)",
    Certainty.NEWER: "told (TW382)",
}
HEAD: Final = """\
## What is refused, and where

Values are held against the facts at three places:

- when an environment is **loaded**, of each field that is written to AWS as it stands, with the line of the YAML file, and with
  the environment's own region and engine's version;
- in the whole **output**, before anything is written, of everything that stands in it: what an escape hatch or another team's
  construct wrote too. It is said with the address, the construct's path, and the line of the field that writes the argument or of
  the spec;
- in the **rehearsal**'s cloud, where real Terraform plans.

References (`${…}`) pass everywhere. The data has a date, so what is not in it is not all refused: a limit, a pattern and a closed
list are (TW380); what AWS had on that day, and not in the region or not with the version, is too, but can be acknowledged, for
AWS brings machines to further regions (TW381); what nobody had on that day and may have come since is told (TW382): the next
versions, a further family or size of machines. In the rehearsal a warning is in the report."""
FIELDS: Final = """\
## Which field is held against which argument

Names are held against the facts by their kinds (`names()`), with the field that makes them long."""
ARGUMENTS: Final = """\
## Arguments without a fact

What the library writes and AWS holds to nothing that a fact could say."""

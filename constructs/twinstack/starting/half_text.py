"""Adds the line that builds a spec to a half, behind what it belongs to and before the links are connected."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twinstack.environment.spec import Spec
from twinstack.starting.construct import Construct
from twinstack.starting.kind import find_kind, rank
from twinstack.starting.python_text import Source


@dataclass(frozen=True, slots=True)
class Built:
    """A statement of the constructor that builds a spec."""

    key: str
    statement: ast.stmt
    target: str
    """What the construct is called afterwards, `self.network`; empty, where it is kept nowhere."""


def add_construct(
    source: Source, class_name: str, construct: Construct, key: str, kind: type[Spec], specs: Mapping[str, type[Spec]]
) -> Source:
    """Adds `self.cache = aws.Redis(self, environment.cache, network=self.network)`, or the like without a name.

    `specs` are those of the environment class, without the new one. Raises UsageError where the half is written in a way
    that leaves no place for it.
    """
    constructor = _constructor(source, class_name)
    names = [argument.arg for argument in constructor.args.args]
    if len(names) < 3:
        raise source.unsafe(f"{class_name}.__init__ does not take (self, scope, environment)")
    own, environment = names[0], names[2]
    built = list(_built(constructor, own, environment))
    by_hand = _call(source, construct, own, f"{environment}.{key}", dict.fromkeys(construct.needs, "…"))
    given = {
        need: _given(source, construct, need, built, specs, by_hand=f"{own}.{key} = {by_hand}")
        for need in construct.needs
    }
    after, is_kept = _place(source, constructor, own, kind, built, [one.statement for one in given.values()], specs)
    keeping = f"{own}.{key} = " if is_kept else ""
    call = _call(source, construct, own, f"{environment}.{key}", {need: one.target for need, one in given.items()})
    return _import(source.with_statement(after, f"{keeping}{call}"), construct)[0]


def _call(source: Source, construct: Construct, own: str, spec: str, given: Mapping[str, str]) -> str:
    arguments = [own, spec, *(f"{need}={target}" for need, target in given.items())]
    return f"{_import(source, construct)[1]}({', '.join(arguments)})"


def _constructor(source: Source, class_name: str) -> ast.FunctionDef:
    for member in source.class_named(class_name).body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return member
    raise source.unsafe(f"{class_name} has no constructor of its own")


def _built(constructor: ast.FunctionDef, own: str, environment: str) -> Iterator[Built]:
    """The calls at the constructor's first level that are given `environment.key`."""
    for statement in constructor.body:
        value = getattr(statement, "value", None)
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr) or not isinstance(value, ast.Call):
            continue
        for argument in (*value.args, *(keyword.value for keyword in value.keywords)):
            if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) in {
                environment,
                f"{own}.{environment}",
            }:
                yield Built(argument.attr, statement, _target(statement))
                break


def _target(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
    return ""


def _given(
    source: Source,
    construct: Construct,
    need: str,
    built: list[Built],
    specs: Mapping[str, type[Spec]],
    *,
    by_hand: str,
) -> Built:
    """The construct that another one needs: of the kind that is called like the argument."""
    kind = find_kind(need).spec
    of_kind = [one for one in built if issubclass(specs.get(one.key, Spec), kind)]
    kept = [one for one in of_kind if one.target]
    if kept:
        return kept[0]
    if of_kind:
        line = of_kind[0].statement.lineno
        raise source.unsafe(
            f"{construct.name} needs the {need}, which line {line} builds and keeps nowhere (begin it with `{need} = `)"
        )
    raise source.unsafe(
        f"{construct.name} needs a {need}, and none is built in `__init__`: build one there, or write the section, the "
        f"field and this line",
        by_hand,
    )


def _place(
    source: Source,
    constructor: ast.FunctionDef,
    own: str,
    kind: type[Spec],
    built: list[Built],
    needed: list[ast.stmt],
    specs: Mapping[str, type[Spec]],
) -> tuple[ast.stmt, bool]:
    """The statement to stand behind, and whether constructs are kept as attributes there."""
    ranked = [(rank(specs[one.key]), one) for one in built if one.key in specs]
    lower = [number for number, _ in ranked if number <= rank(kind)]
    behind = [one.statement for number, one in ranked if lower and number == max(lower)]
    body = constructor.body
    start = behind or [statement for statement in body if _calls(statement, "super().__init__")]
    if not start:
        raise source.unsafe(
            f"its constructor in line {constructor.lineno} builds nothing, and does not call super().__init__"
        )
    index = max(body.index(statement) for statement in (start[-1], *needed))
    connects = [body.index(statement) for statement in body if _calls(statement, f"{own}.connect")]
    if connects and index >= connects[0]:
        index = connects[0] - 1
        if any(body.index(statement) > index for statement in needed) or index < 0:
            raise source.unsafe(
                f"the links are connected in line {body[connects[0]].lineno}, before what it needs is built"
            )
    return body[index], all(one.target.startswith(f"{own}.") for one in built)


def _calls(statement: ast.stmt, function: str) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) == function
    )


def _import(source: Source, construct: Construct) -> tuple[Source, str]:
    """What the construct is called here: `aws.Redis` as in the library's own way, else its name, imported."""
    if construct.foundation is None:
        return source.with_import(construct.module, construct.name)
    source, foundation = source.with_import("twinstack", construct.foundation)
    return source, f"{foundation}.{construct.name}"

"""What a room refuses, read from the rules of its models: the message, the field, and when the rule holds."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final

from docs_generator.fields import models_of
from docs_generator.rooms import ROOMS
from twinstack.edge.alb.spec import Alb
from twinstack.edge.gateway.spec import BalancerGateway, EnvoyGateway
from twinstack.edge.nginx.spec import Nginx
from twinstack.edge.spec import EdgeSpec
from twinstack.environment import Spec
from twinstack.environment.model import Finding, missing
from twinstack.environment.production import relaxed
from twinstack.monitoring.spec import KINDS as KINDS_OF_MONITORING
from twinstack.monitoring.spec import MonitoringSpec

Arguments = Mapping[str, ast.expr]
"""What the parameters of a function stand for at one call."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule, as the page of a room has it."""

    code: str
    message: str
    field: str
    when: str


def refusal_table(spec: type[Spec]) -> str:
    """A row for each rule, linked to the page of its code; empty where the room has no rule of its own."""
    rows = [
        f"| [{one.code}](../errors.md#{one.code.lower()}) | {one.message} | {one.field} | {one.when} |"
        for one in refusals(spec)
    ]
    return "\n".join(["| code | what it says | of | when |", "|---|---|---|---|", *rows]) if rows else ""


def refusals(spec: type[Spec]) -> list[Refusal]:
    """The rules of the spec, of every model in it and of what it asks, by their codes."""
    found = {one for model in (*models_of(spec), *ASKED.get(spec, ())) for one in _of_model(model)}
    return sorted(found, key=lambda one: (one.code, one.field, one.message))


def _of_model(model: type[Any]) -> Iterator[Refusal]:
    for kind in model.__mro__:
        if kind.__module__.startswith(LIBRARIES) and kind is not Finding:
            tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
            yield from _in(tree, vars(sys.modules[kind.__module__]), {}, "")


def _in(tree: ast.AST, names: Mapping[str, Any], arguments: Arguments, when: str) -> Iterator[Refusal]:
    """Each finding that is made below, and those of the functions that are called there."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        called = names.get(node.func.id)
        if called is Finding:
            yield _refusal(_bound(Finding, node, arguments), when)
        elif isinstance(called, FunctionType) and FINDS in inspect.getsource(called):
            inner = ast.parse(inspect.getsource(called))
            holds = WHEN.get(called, when)
            yield from _in(inner, vars(sys.modules[called.__module__]), _bound(called, node, arguments), holds)


def _bound(called: Any, call: ast.Call, arguments: Arguments) -> Arguments:
    """The expressions by the parameters' names; one that is a parameter itself by what it stands for."""
    parameters = list(inspect.signature(called).parameters)
    given = {
        **dict(zip(parameters, call.args, strict=False)),
        **{each.arg: each.value for each in call.keywords if each.arg},
    }
    return {name: _Substituted(arguments).visit(value) for name, value in given.items()}


class _Substituted(ast.NodeTransformer):
    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.arguments.get(node.id, node)


def _refusal(given: Arguments, when: str) -> Refusal:
    says = [when or "always"]
    if _is_true(given.get("warning")):
        says = ["a warning", *filter(None, [when])]
    if _is_true(given.get("acknowledgeable")):
        says.append("can be acknowledged")
    return Refusal(_text(given["code"]), _text(given["message"]), _field(given.get("path")), "; ".join(says))


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _field(path: ast.expr | None) -> str:
    """`routes.to` of `("routes", index, "to")`; what is no constant says where in a list, and is left out."""
    parts = path.elts if isinstance(path, ast.Tuple) else []
    words = [each.value for each in parts if isinstance(each, ast.Constant)]
    return f"`{'.'.join(map(str, words))}`" if words else ""


def _text(node: ast.expr) -> str:
    """A text as its reader would say it: a choice by both words, a value by its name."""
    match node:
        case ast.Constant(value=value):
            return re.sub(r"\|", r"\\|", str(value))
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue(value=value):
            return _text(value)
        case ast.IfExp(body=body, orelse=other):
            return f"{_text(body)} or {_text(other)}"
        case ast.Attribute(value=ast.Name(id=name), attr="key"):
            return f"`{name}`"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return f"`{name}`"
    raise ValueError(f"no words for {ast.unparse(node)}: say here what a reader sees in its place")


LIBRARIES: Final = ("twinstack.", *(room.package for room in ROOMS if room.package))
ASKED: Final[Mapping[type[Spec], tuple[type[Any], ...]]] = {
    EdgeSpec: (Alb, BalancerGateway, EnvoyGateway, Nginx),
    MonitoringSpec: tuple(KINDS_OF_MONITORING.values()),
}
"""What a spec leaves some of its rules to, and is no model in it."""
FINDS: Final = "Finding("
WHEN: Final[Mapping[FunctionType, str]] = {
    relaxed: "only where `protected: true`",
    missing: "unless `existing` is given",
}

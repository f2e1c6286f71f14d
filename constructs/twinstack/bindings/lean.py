"""Makes generated Python lighter to import without changing what it does for correct calls.

Taken out, by whole lines: docstrings, the run-time type checks with their stubs, the loops that only mark
protocols, and the hiding of private names. Annotations stay as text that nothing evaluates. Wrong keywords still fail in Python; wrong values fail in the
kernel instead, and are told by the specs long before either.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from typing import Final


def lean(source: str, tree: ast.Module | None = None, *, keep: Container[str] | None = None) -> str:
    """The module without what only costs time; with `keep`, without every top-level class that is not in it.

    `tree` is the module parsed, where that was done already.
    """
    lines = source.splitlines()
    tree = tree or ast.parse(source)
    for node in tree.body:
        if _is_dropped(node, keep):
            _blank(lines, node)
            continue
        for unwanted in _unwanted(node):
            _replace_by_pass(lines, unwanted)
    first = tree.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        _blank(lines, first)
    return "\n".join(["from __future__ import annotations", *(line for line in lines if line is not _GONE)]) + "\n"


def references(tree: ast.Module) -> dict[str, set[str]]:
    """For each top-level class, the classes of the same module that it names."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return {name: set(_names(node)) & classes.keys() - {name} for name, node in classes.items()}


def closure(wanted: set[str], graph: dict[str, set[str]]) -> set[str]:
    """The wanted classes and everything they lead to."""
    found: set[str] = set()
    waiting = wanted & set(graph)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= graph[name] - found
    return found


def _is_dropped(node: ast.stmt, keep: Container[str] | None) -> bool:
    match node:
        case ast.FunctionDef(name=name):
            return name == "check_type" or name.startswith("_typecheckingstub__")
        case ast.ClassDef(name=name):
            return keep is not None and name not in keep
        case ast.Import(names=[ast.alias(name="typeguard")]):
            return True
        case ast.ImportFrom(module="importlib.metadata"):
            return True
        case ast.Assign(targets=[ast.Name(id="TYPEGUARD_MAJOR_VERSION")]):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return keep is not None
        case (
            ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="publication"))))
            | ast.Import(names=[ast.alias(name="publication")])
        ):
            return True
        case ast.For() | ast.If(test=ast.Name(id="__debug__")):
            return True
    return False


def _unwanted(node: ast.AST) -> Iterator[ast.stmt]:
    """Docstrings and type checks of a class or function, and of what a class holds."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        yield first
    for inner in node.body:
        if isinstance(inner, ast.If) and isinstance(inner.test, ast.Name) and inner.test.id == "__debug__":
            yield inner
        elif isinstance(node, ast.ClassDef):
            yield from _unwanted(inner)


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value.isidentifier():
            yield inner.value


def _blank(lines: list[str], node: ast.stmt) -> None:
    start = min((decorator.lineno for decorator in getattr(node, "decorator_list", [])), default=node.lineno)
    for number in range(start - 1, node.end_lineno or node.lineno):
        lines[number] = _GONE


def _replace_by_pass(lines: list[str], node: ast.stmt) -> None:
    _blank(lines, node)
    lines[node.lineno - 1] = f"{' ' * node.col_offset}pass"


_GONE: Final = "\0"

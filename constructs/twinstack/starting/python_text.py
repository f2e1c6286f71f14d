"""Adds to Python source: imports, fields of a class, statements of a constructor. Nothing else is touched."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinstack.errors import UsageError
from twinstack.starting.text import Text


@dataclass(frozen=True, slots=True)
class Source:
    """A module's text with its syntax tree."""

    text: Text
    tree: ast.Module

    @classmethod
    def of(cls, text: Text) -> Source:
        """Raises UsageError for what is not Python."""
        try:
            return cls(text, ast.parse(text.text))
        except SyntaxError as error:
            raise UsageError(f"{text.shown_as}:{error.lineno} is not Python: {error.msg}") from error

    def class_named(self, name: str) -> ast.ClassDef:
        """The class of this name, written out at the margin of the module, once. Raises UsageError for any other."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef) and node.name == name]
        if len(found) != 1 or found[0] not in self.tree.body:
            where = (
                "is not written in it as a class at the margin"
                if not found
                else "stands in it more than once, or within something"
            )
            raise self.unsafe(f"{name} {where}")
        if found[0].body[0].lineno == found[0].lineno:
            raise self.unsafe(f"{name} is written in one line")
        return found[0]

    def with_statement(self, after: ast.stmt, line: str, *, apart: bool = False) -> Source:
        """With a line behind a statement, indented like it; `apart`: with a blank line between them."""
        self._require_own_lines(after)
        blank = "\n" if apart else ""
        added = f"{blank}{self._indent(after)}{line}\n"
        return Source.of(self.text.with_lines(after.end_lineno or after.lineno, added))

    def with_statement_before(self, following: ast.stmt, line: str) -> Source:
        """With a line before a statement, indented like it."""
        return Source.of(self.text.with_lines(following.lineno - 1, f"{self._indent(following)}{line}\n"))

    def with_import(self, module: str, name: str) -> tuple[Source, str]:
        """With `from module import name`, sorted in; and what the name is called here, if it was imported before."""
        imports = [node for node in self.tree.body if isinstance(node, ast.ImportFrom) and not node.level]
        from_there = [node for node in imports if node.module == module]
        for node in from_there:
            for alias in node.names:
                if alias.name == name:
                    return self, alias.asname or name
        for node in from_there:
            if (extended := self._extended(node, name)) is not None:
                return extended, name
        return self._with_import_line(module, f"from {module} import {name}\n"), name

    def unsafe(self, reason: str, line: str = "") -> UsageError:
        """What is raised where nothing can be added safely; with the line to add by hand, if one will do."""
        return UsageError(
            f"{self.text.shown_as} cannot be added to: {reason}{f' `{line}`' if line else ': write it'} by hand"
        )

    def _extended(self, node: ast.ImportFrom, name: str) -> Source | None:
        """With one more name in an import that lists several, in one line or each in its own; None for other shapes."""
        following = next((alias for alias in node.names if alias.name > name), None)
        last = node.names[-1]
        lines = {alias.lineno for alias in node.names}
        if node.lineno == node.end_lineno and node.names[0].name != "*":
            place = following or last
            column = self._column(place.lineno, place.col_offset if following else place.end_col_offset or 0)
            text = f"{name}, " if following else f", {name}"
            return Source.of(self.text.with_insertion(place.lineno, column, text))
        if len(lines) == len(node.names) and node.lineno not in lines and self._ends_with_comma(last):
            indent = self.text.lines[last.lineno - 1][: last.col_offset]
            after = following.lineno - 1 if following else last.lineno
            return Source.of(self.text.with_lines(after, f"{indent}{name},\n"))
        return None

    def _with_import_line(self, module: str, line: str) -> Source:
        """Among the imports that stand together with the library's, sorted; else behind the last of all."""
        imports = [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        if not imports:
            raise self.unsafe("it imports nothing")
        group = next((each for each in _groups(imports) if any(_is_of_library(node) for node in each)), None)
        froms = [node for node in group or () if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
        before = [node for node in froms if (node.module or "").lower() <= module.lower()]
        if group and not before and froms:
            return Source.of(self.text.with_lines(froms[0].lineno - 1, line))
        after = (before or group or imports)[-1]
        self._require_own_lines(after)
        return Source.of(self.text.with_lines(after.end_lineno or after.lineno, line))

    def _require_own_lines(self, statement: ast.stmt) -> None:
        """Raises UsageError where another statement stands in the same line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node is not statement and node.lineno == statement.end_lineno:
                raise self.unsafe(f"two statements stand in line {node.lineno}")

    def _indent(self, statement: ast.stmt) -> str:
        return self.text.lines[statement.lineno - 1][: statement.col_offset]

    def _column(self, line: int, offset: int) -> int:
        """The tree counts bytes, a text has characters."""
        return len(self.text.lines[line - 1].encode()[:offset].decode())

    def _ends_with_comma(self, alias: ast.alias) -> bool:
        line = self.text.lines[alias.lineno - 1].encode()
        return line[alias.end_col_offset or 0 :].decode().lstrip().startswith(",")


def fields_of(kind: ast.ClassDef) -> Mapping[str, ast.AnnAssign]:
    """The annotated names of a class, in their order."""
    found = (node for node in kind.body if isinstance(node, ast.AnnAssign))
    return {node.target.id: node for node in found if isinstance(node.target, ast.Name)}


def described(kind: ast.ClassDef, field: ast.AnnAssign) -> ast.stmt:
    """The text behind a field that describes it, or the field itself."""
    following = kind.body[kind.body.index(field) + 1 :][:1]
    match following:
        case [ast.Expr(value=ast.Constant(value=str())) as text]:
            return text
    return field


def _groups(imports: Sequence[ast.Import | ast.ImportFrom]) -> Sequence[Sequence[ast.Import | ast.ImportFrom]]:
    """The imports that stand together, without a blank line between them."""
    groups: list[list[ast.Import | ast.ImportFrom]] = []
    for node in imports:
        if groups and node.lineno == (groups[-1][-1].end_lineno or 0) + 1:
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _is_of_library(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "twinstack"

"""What mkdocstrings runs: `Annotated[str, Field(pattern=NAME)]` is shown as `str`, and `Field(default=1)` as `1`.

The limits are in the tables of the rooms; what stands there would lead a reader to private names.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from griffe import Attribute, Expr, ExprCall, ExprKeyword, ExprSubscript, ExprTuple, Extension

ANNOTATED: Final = "Annotated"
OF_PYDANTIC: Final = frozenset({"Field", "PrivateAttr"})


class Plain(Extension):
    """Takes away what pydantic is told beside a type and beside a default."""

    def on_attribute_instance(self, *, attr: Attribute, **_: Any) -> None:
        attr.annotation = plain(attr.annotation)
        if isinstance(attr.value, ExprCall) and attr.value.canonical_name in OF_PYDANTIC:
            attr.value = default_of(attr.value)


def plain(node: Any) -> Any:
    """The expression with each `Annotated[X, …]` in it as `X`."""
    if isinstance(node, ExprSubscript) and getattr(node.left, "canonical_name", "") == ANNOTATED:
        inside = node.slice
        return plain(inside.elements[0] if isinstance(inside, ExprTuple) else inside)
    if isinstance(node, Expr) and is_dataclass(node):
        changed = {each.name: plain(getattr(node, each.name)) for each in fields(node) if each.name != "parent"}
        return replace(node, **{name: value for name, value in changed.items() if value is not getattr(node, name)})
    if isinstance(node, list):
        items = [plain(each) for each in node]
        return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
    return node


def default_of(call: ExprCall) -> Any:
    """What `Field` gives to a field that nobody sets; None where it is needed."""
    given = {each.name: each.value for each in call.arguments if isinstance(each, ExprKeyword)}
    plainly = [each for each in call.arguments if not isinstance(each, ExprKeyword)]
    factory = given.get("default_factory")
    return given.get("default", plainly[0] if plainly else f"{factory}()" if factory else None)

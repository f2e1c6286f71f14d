"""Aspects: what a program does to every construct of a scope, once all are made."""

from __future__ import annotations

from typing import Any

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.interfaces import IAspect, implements
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse


class Aspects(EngineObject):
    """The aspects of one scope."""

    def __init__(self) -> None:
        self._all: list[Any] = []

    @staticmethod
    def of(scope: Construct) -> Aspects:
        return aspects_of(scope) or _begun(scope)

    def add(self, aspect: Any) -> None:
        if not implements(aspect, IAspect):
            refuse("an aspect that does not say @jsii.implements(cdktf.IAspect)")
        self._all.append(aspect)

    @property
    def all(self) -> list[Any]:
        return list(self._all)


def aspects_of(scope: Construct) -> Aspects | None:
    """Those of a scope, where anybody asked for them."""
    found: Aspects | None = vars(scope).get("_aspects")
    return found


def visit(construct: Construct, inherited: tuple[Any, ...] = ()) -> None:
    """Shows a construct and all below it to the aspects of their scopes, the outermost first.

    One that was added twice sees everything twice: to cdktf 0.21 what comes from Python is another one each time. What an
    aspect adds below is shown as well; aspects that are added meanwhile are refused.
    """
    own = aspects_of(construct)
    aspects = (*inherited, *(own._all if own else ()))
    for aspect in aspects:
        aspect.visit(construct)
    if (now := aspects_of(construct)) is not None and len(now._all) > len(aspects) - len(inherited):
        refuse(f"{construct.node.path}: an aspect that adds aspects")
    for child in construct.node.children:
        visit(child, aspects)


def _begun(scope: Construct) -> Aspects:
    made = Aspects()
    object.__setattr__(scope, "_aspects", made)
    return made

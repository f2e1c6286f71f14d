"""The tree of constructs: scopes, ids, paths, context, dependencies. It stands in for `constructs` 10."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from twinstack.bindings.native.engine import EngineObject, engine_name
from twinstack.bindings.native.interfaces import IValidation, implements
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.native.values import numbers_first, text


class ConstructOrder(Enum):
    """In which order a tree is walked."""

    PREORDER = 0
    POSTORDER = 1


class Node(EngineObject):
    """One construct's place in the tree."""

    __slots__ = ("_children", "_context", "_dependencies", "_host", "_validations", "id", "path", "scope")

    def __init__(self, host: Construct, scope: Construct | None, id_: str) -> None:
        id_ = _without_separators(text(id_, "an id"))
        if "TfToken[" in id_:
            refuse(f"the id {id_!r}")
        for name, value in (("_host", host), ("scope", scope), ("id", id_), ("path", id_)):
            object.__setattr__(self, name, value)
        self._children: dict[str, Construct] = {}
        self._context: dict[str, Any] = {}
        self._dependencies: list[Construct] = []
        self._validations: list[Any] = []
        if scope is None:
            return
        if not id_:
            raise meant(RuntimeError("Only root constructs may have an empty ID"), is_certain=True)
        parent = scope.node
        if id_ in parent._children:
            place = f" [{parent.path}]" if parent.path else ""
            there = f"There is already a Construct with name '{id_}' in {engine_name(type(scope))}{place}"
            raise meant(RuntimeError(there), is_certain=True)
        parent._children[id_] = host
        if parent.path:
            object.__setattr__(self, "path", f"{parent.path}/{id_}")

    @staticmethod
    def of(construct: Construct) -> Node:
        return construct.node

    @property
    def children(self) -> list[Construct]:
        return list(numbers_first(self._children).values())

    @property
    def scopes(self) -> list[Construct]:
        """From the root to this one."""
        found: list[Construct] = []
        one: Construct | None = self._host
        while one is not None:
            found.append(one)
            one = one.node.scope
        return found[::-1]

    @property
    def root(self) -> Construct:
        return self.scopes[0]

    @property
    def addr(self) -> str:
        """An address of its own, from the ids but `Default`, each with a line end (constructs 10.8)."""
        lines = "".join(f"{one.node.id}\n" for one in self.scopes if one.node.id != "Default")
        return f"c8{hashlib.sha1(lines.encode(), usedforsecurity=False).hexdigest()}"

    @property
    def default_child(self) -> Construct | None:
        """The child called `Resource` or `Default`."""
        found = [self._children[name] for name in ("Resource", "Default") if name in self._children]
        if len(found) > 1:
            refuse(f"{self.path}: two default children")
        return found[0] if found else None

    @property
    def dependencies(self) -> list[Construct]:
        return list(self._dependencies)

    def add_dependency(self, *others: Construct) -> None:
        for one in others:
            if not isinstance(one, Construct):
                refuse(f"{self.path}: a dependency on what is no construct")
            if one not in self._dependencies:
                self._dependencies.append(one)

    def add_validation(self, validation: Any) -> None:
        if not implements(validation, IValidation):
            refuse("a validation that does not say @jsii.implements(constructs.IValidation)")
        self._validations.append(validation)

    def validate(self) -> list[str]:
        """What its validations find fault with."""
        return [str(fault) for one in self._validations for fault in one.validate()]

    def find_all(self, order: ConstructOrder | None = None) -> list[Construct]:
        return [*(self._from_below() if order is ConstructOrder.POSTORDER else self._from_above())]

    def try_find_child(self, id_: str) -> Construct | None:
        return self._children.get(_without_separators(text(id_, "try_find_child")))

    def find_child(self, id_: str) -> Construct:
        found = self.try_find_child(id_)
        if found is None:
            raise meant(RuntimeError(f"Error: No child with id: '{id_}'"))
        return found

    def try_remove_child(self, id_: str) -> bool:
        return self._children.pop(text(id_, "try_remove_child"), None) is not None

    def set_context(self, key: str, value: Any) -> None:
        if self._children:
            names = ",".join(numbers_first(self._children))
            raise meant(RuntimeError(f"Error: Cannot set context after children have been added: {names}"))
        self._context[key] = value

    def try_get_context(self, key: str) -> Any:
        if text(key, "try_get_context") in self._context:
            return self._context[key]
        return self.scope.node.try_get_context(key) if self.scope is not None else None

    def get_context(self, key: str) -> Any:
        found = self.try_get_context(key)
        if found is None:
            raise meant(RuntimeError(f"Error: No context value present for {key} key"))
        return found

    def _from_above(self) -> Iterator[Construct]:
        yield self._host
        for child in self.children:
            yield from child.node._from_above()

    def _from_below(self) -> Iterator[Construct]:
        for child in self.children:
            yield from child.node._from_below()
        yield self._host


class Construct(EngineObject):
    """A node of the tree."""

    _hooks = frozenset({"to_string"})

    node: Node

    def __init__(self, scope: Construct | None, id_: str) -> None:
        object.__setattr__(self, "node", Node(self, scope, id_))

    def to_string(self) -> str:
        return self.node.path or "<root>"

    @staticmethod
    def is_construct(value: object) -> bool:
        return isinstance(value, Construct)


def _without_separators(id_: str) -> str:
    """An id without what stands between ids in a path, and in an address."""
    if id_ in OF_EVERY_OBJECT:
        refuse(f"the id {id_!r}")
    return id_.replace("/", "--").replace("\n", "--")


OF_EVERY_OBJECT: Final = frozenset(
    {
        *(
            "constructor",
            "hasOwnProperty",
            "isPrototypeOf",
            "propertyIsEnumerable",
            "toLocaleString",
            "toString",
            "valueOf",
        ),
        *("__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__"),
    }
)
"""Names that JavaScript finds in every object, so that constructs takes them for children that are there."""

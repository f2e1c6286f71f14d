"""One stack: everything that is declared in it, as one document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.bindings.native.terraform.backend import Backend, LocalBackend
from twinstack.bindings.native.terraform.element import Document, TerraformElement
from twinstack.bindings.native.terraform.output import TerraformOutput, TerraformVariable
from twinstack.bindings.native.terraform.overrides import merged
from twinstack.bindings.native.terraform.resource import TerraformProvider, TerraformResource
from twinstack.bindings.native.tokens import resolve
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse, require_nothing_refused

VERSION: Final = "0.21.0"
"""Of the cdktf whose output this is."""


class TerraformStack(Document):
    """A stack."""

    def __init__(self, scope: Construct, id_: str) -> None:
        if re.search(r"\s", id_) or scope is None:
            refuse(f"a stack called {id_!r}")
        super().__init__(scope, id_)

    @staticmethod
    def is_stack(value: object) -> bool:
        return isinstance(value, TerraformStack)

    def _elements(self) -> list[TerraformElement]:
        found = [one for one in self.node.find_all() if isinstance(one, TerraformElement)]
        return [one for one in found if one.cdktf_stack is self]

    def _prepare(self) -> None:
        """Gives it the backend that it has where the program gave none."""
        if not any(isinstance(one, Backend) for one in self._elements()):
            LocalBackend(self, path=str(Path.cwd() / f"terraform.{self.node.id}.tfstate"))

    def to_terraform(self) -> dict[str, Any]:
        """Everything of the stack, keys in any order."""
        require_nothing_refused()
        elements = self._elements()
        made: dict[str, Any] = {"//": {"metadata": self._metadata(elements), "outputs": _outputs(elements)}}
        for element in elements:
            for place, block in self._blocks(element):
                inner = made
                for part in place[:-1]:
                    inner = inner.setdefault(part, {})
                last = place[-1]
                if isinstance(block, list):
                    inner.setdefault(last, []).extend(block)
                else:
                    inner[last] = merged(inner.get(last, {}), block)
        resolved: dict[str, Any] = resolve(merged(made, self._overrides), self)
        require_nothing_refused()
        return resolved

    def _blocks(self, element: TerraformElement) -> Iterator[tuple[tuple[str, ...], Any]]:
        place = tuple(element._place())
        block = merged(element._block(), element._overrides)
        if isinstance(element, TerraformProvider):
            yield place, [block]
            required = {"source": element.terraform_resource_type, "version": element._version}
            yield ("terraform", "required_providers", place[1]), required
            return
        yield place, block
        if isinstance(element, TerraformResource) and element._moved_from:
            yield ("moved",), [{"from": element._moved_from, "to": element._address}]

    def _metadata(self, elements: list[TerraformElement]) -> dict[str, Any]:
        backend = next((one._type for one in elements if isinstance(one, Backend)), "local")
        found: dict[str, Any] = {"version": VERSION, "stackName": self.node.id, "backend": backend}
        overrides: dict[str, list[str]] = {}
        moved: dict[str, list[str]] = {}
        for one in elements:
            if one._overrides and (kind := _noted_as(one)):
                overrides.setdefault(kind, []).extend(one._overrides)
            if isinstance(one, TerraformResource) and one._moved_from:
                moved.setdefault(one.terraform_resource_type, []).append(one.friendly_unique_id)
        if self._overrides:
            overrides["stack"] = list(self._overrides)
        return found | {key: value for key, value in (("overrides", overrides), ("moved", moved)) if value}


def _noted_as(element: TerraformElement) -> str:
    """Under which name cdktf 0.21 notes the overrides of an element; those of a variable it does not note."""
    match element:
        case TerraformResource():
            return element.terraform_resource_type
        case TerraformOutput():
            return "output"
        case TerraformVariable():
            return ""
    return refuse(f"{element.node.path}: an override of a {type(element).__name__}")


def _outputs(elements: list[TerraformElement]) -> dict[str, Any]:
    """The outputs by their place in the tree, as the index of cdktf's command line has them."""
    found: dict[str, Any] = {}
    for element in elements:
        if isinstance(element, TerraformOutput):
            inner = found
            for part in element.node.path.split("/")[:-1]:
                if not isinstance(inner.get(part), dict):  # below another output, which gives up its place
                    inner[part] = {}
                inner = inner[part]
            inner[element.node.id] = element.friendly_unique_id
    return found


def without_metadata(value: Any) -> Any:
    """The same document without what cdktf notes for itself."""
    if isinstance(value, Mapping):
        return {key: without_metadata(one) for key, one in value.items() if key != "//"}
    return [without_metadata(one) for one in value] if isinstance(value, list) else value

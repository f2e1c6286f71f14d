"""Outputs, variables and locals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twinstack.bindings.native.structs import given_to, path_below, struct_of
from twinstack.bindings.native.terraform.element import TerraformElement
from twinstack.bindings.native.tokens import Resolvable, as_list, as_number, as_text
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.native.values import anything, require_words


class TerraformOutput(TerraformElement):
    """A value that a stack tells."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        value: Any,
        depends_on: Sequence[TerraformElement] | None = None,
        static_id: bool | None = None,
        **given: Any,
    ) -> None:
        path = path_below(scope, id_)
        if value is None:
            raise meant(TypeError(f"value is missing (TerraformOutput at {path})"))
        if "precondition" in given:
            refuse(f"{path}: an output with a precondition")
        about = given_to(type(self), struct_of("cdktf", "TerraformOutputConfig"), {**given, "value": ""}, path)
        values = {**about, "value": value if isinstance(value, TerraformElement) else anything(value)}
        super().__init__(scope, id_)
        self._values = values
        if depends_on is not None:
            if not isinstance(depends_on, list) or not all(isinstance(one, TerraformElement) for one in depends_on):
                refuse(f"{path}: depends_on of such a kind")
            self._values["depends_on"] = depends_on
        if not isinstance(static_id, bool | None):
            refuse(f"{path}: static_id of such a kind")
        if static_id:
            self.override_logical_id(id_)

    @property
    def fqn(self) -> str:
        """An output has none: node says so only when it writes, and only where what was made of it is written."""
        refuse(f"{self.node.path}: the fqn of an output")

    def _place(self) -> Sequence[str]:
        return "output", self.friendly_unique_id

    def _block(self) -> dict[str, Any]:
        """With the elements that it tells of, by the addresses that they have in the end."""
        values = dict(self._values)
        if isinstance(values["value"], TerraformElement):
            values["value"] = values["value"].fqn
        if "depends_on" in values:
            values["depends_on"] = [one.fqn for one in values["depends_on"]]
        return values


class TerraformVariable(TerraformElement):
    """A value that a stack is given."""

    def __init__(self, scope: Construct, id_: str, **given: Any) -> None:
        path = path_below(scope, id_)
        if given.get("validation"):
            refuse(f"{path}: a variable with a validation")
        values = given_to(type(self), struct_of("cdktf", "TerraformVariableConfig"), given, path)
        require_words(values.get("default"), f"{path}: the default of a variable")
        super().__init__(scope, id_)
        self._values = values

    @property
    def _address(self) -> str:
        return f"var.{self.friendly_unique_id}"

    @property
    def string_value(self) -> str:
        return as_text(self._reference)

    @property
    def number_value(self) -> float:
        return as_number(self._reference)

    @property
    def list_value(self) -> list[str]:
        return as_list(self._reference)

    @property
    def boolean_value(self) -> Resolvable:
        return Resolvable(self._reference)

    @property
    def value(self) -> Resolvable:
        return Resolvable(self._reference)

    def _place(self) -> Sequence[str]:
        return "variable", self.friendly_unique_id

    def _block(self) -> dict[str, Any]:
        return self._values


class TerraformLocal(TerraformElement):
    """A value that a stack names for itself."""

    def __init__(self, scope: Construct, id_: str, expression: Any) -> None:
        value = anything(expression)
        super().__init__(scope, id_)
        self._expression = value

    @property
    def _address(self) -> str:
        return f"local.{self.friendly_unique_id}"

    @property
    def as_string(self) -> str:
        return as_text(self._reference)

    @property
    def as_number(self) -> float:
        return as_number(self._reference)

    @property
    def as_list(self) -> list[str]:
        return as_list(self._reference)

    @property
    def as_boolean(self) -> Resolvable:
        return Resolvable(self._reference)

    def _place(self) -> Sequence[str]:
        return ("locals",)

    def _block(self) -> dict[str, Any]:
        return {self.friendly_unique_id: self._expression}

"""Resources, data sources and providers, whose classes are made of their tables."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, ClassVar

from twinstack.bindings.native.engine import is_made
from twinstack.bindings.native.structs import Fields, Struct, given_to, path_below, struct_of
from twinstack.bindings.native.terraform.attributes import Attributes, attribute
from twinstack.bindings.native.terraform.element import TerraformElement
from twinstack.bindings.native.tokens import Reference, Resolvable, as_list, as_number, as_text, is_token
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.native.values import convert, text


class Configured(TerraformElement):
    """An element whose arguments are those of a generated data type."""

    _made_in: ClassVar[str] = ""
    _config: ClassVar[str] = ""
    _provider_name: ClassVar[str] = ""
    _version: ClassVar[str] = ""
    """Of the provider that the class was made for."""
    _attributes: ClassVar[Attributes] = {}

    def __init__(self, scope: Construct, id_: str, /, **given: Any) -> None:
        config = struct_of(self._made_in, self._config)
        values = given_to(type(self), config, given, path_below(scope, id_))
        super().__init__(scope, id_)
        self._values = values

    @classmethod
    def _own_names(cls) -> frozenset[str]:
        return frozenset(cls._attributes)

    @property
    def _fields(self) -> Fields:
        return struct_of(self._made_in, self._config)._fields

    def __getattr__(self, name: str) -> Any:
        if name[:1] == "_":
            return super().__getattr__(name)
        found = self._attributes.get(name)
        if found is not None:
            return self._attribute(name, *found)
        made = self._way_to(name)
        return super().__getattr__(name) if made is NO_WAY else made

    def _attribute(self, name: str, output: str, code: str) -> Any:
        return self._given(name) if code == "i" else attribute(self, output, code)

    def _way_to(self, name: str) -> Any:
        """`tags_input`, `reset_tags`, `put_options`, where there is such an argument."""
        if name.endswith("_input") and name[:-6] in self._fields:
            return self._given(name[:-6])
        if name.startswith("reset_") and name[6:] in self._fields and not self._fields[name[6:]][2]:
            return lambda: self._reset(name[6:])
        if name.startswith("put_") and name[4:] in self._fields:
            return lambda *value, **given: self._set(name[4:], value[0] if value else given)
        return NO_WAY

    def _given(self, name: str) -> Any:
        """An argument as it was given. Python sees plain values as they are; those of data types only node gives back."""
        output, kind, _ = self._fields[name]
        if "S" in kind or "?" in kind:
            refuse(f"{type(self).__name__}: the given {name}")
        return self._values.get(output)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._attributes and not is_made(type(self), name):
            self._set(name, value)
        else:
            super().__setattr__(name, value)

    def _set(self, name: str, value: Any) -> None:
        """Gives an argument afterwards, by its name in Python."""
        if name not in self._fields:
            raise meant(AttributeError(f"property {name!r} of {type(self).__name__!r} object has no setter"))
        output, kind, _ = self._fields[name]
        self._values[output] = convert(value, kind, self._made_in, name)

    def _reset(self, name: str) -> None:
        self._values.pop(self._fields[name][0], None)

    def _block(self) -> dict[str, Any]:
        return self._values


class TerraformResource(Configured):
    """A resource."""

    _root: ClassVar[str] = "resource"

    def __init__(self, scope: Construct, id_: str, /, **given: Any) -> None:
        meta = {key: given.pop(key) for key in META if key in given}
        super().__init__(scope, id_, **given)
        self._moved_from = ""
        self._meta: dict[str, Any] = {}
        for key, value in meta.items():
            if value is not None:
                self._meta[key] = self._meta_value(key, value)

    def _meta_value(self, key: str, value: Any) -> Any:
        match key, value:
            case "lifecycle", dict() if value.keys() <= LIFECYCLE.keys():
                return self._lifecycle(struct_of("cdktf", "TerraformResourceLifecycle")(**value))
            case "lifecycle", Struct():
                return self._lifecycle(value)
            case "depends_on", list():
                return [self._needed(one) for one in value]
            case "provider", TerraformProvider():
                return value
            case "count", int() | float() if not isinstance(value, Enum):
                return convert(value, "n", self._made_in, key)
        return refuse(f"{self.node.path}: {key} of such a kind")

    def _lifecycle(self, given: Struct) -> dict[str, Any]:
        ignored = given._values.get("ignore_changes", [])
        if not isinstance(ignored, str) and not (
            isinstance(ignored, list) and all(isinstance(one, str) for one in ignored)
        ):
            refuse(f"{self.node.path}: ignore_changes of such a kind")
        return {name: convert(value, self._kind_of(name), "cdktf", name) for name, value in given._values.items()}

    def _kind_of(self, name: str) -> str:
        return LIFECYCLE[name] if name in LIFECYCLE else refuse(f"{self.node.path}: {name} of a lifecycle")

    def _needed(self, other: Any) -> TerraformElement:
        if not isinstance(other, TerraformElement) or other.cdktf_stack is not self.cdktf_stack:
            refuse(f"{self.node.path}: depends_on something else than an element of its stack")
        return other

    def get_string_attribute(self, name: str) -> str:
        return as_text(self._reference_to(name))

    def get_number_attribute(self, name: str) -> float:
        return as_number(self._reference_to(name))

    def get_list_attribute(self, name: str) -> list[str]:
        return as_list(self._reference_to(name))

    def get_boolean_attribute(self, name: str) -> Resolvable:
        return Resolvable(self._reference_to(name))

    def interpolation_for_attribute(self, name: str) -> Resolvable:
        return Resolvable(self._reference_to(name))

    def _reference_to(self, name: str) -> Reference:
        if is_token(text(name, "the name of an attribute")):
            refuse("a token as the name of an attribute")
        return Reference(f"{self._address}.{name}", self.cdktf_stack)

    def move_from_id(self, address: str) -> None:
        """Says where it was before."""
        self._moved_from = address

    def _place(self) -> Sequence[str]:
        return self._root, self.terraform_resource_type, self.friendly_unique_id

    def _block(self) -> dict[str, Any]:
        about = {"metadata": {"path": self.node.path, "uniqueId": self.friendly_unique_id}}
        meta = dict(self._meta)
        if "depends_on" in meta:  # by the addresses that they have in the end
            meta["depends_on"] = [one._address for one in meta["depends_on"]]
        if "provider" in meta:
            meta["provider"] = meta["provider"]._address
        return {**self._values, **meta, "//": about}


class TerraformDataSource(TerraformResource):
    """A data source."""

    _root = "data"

    @property
    def _address(self) -> str:
        return f"data.{self.terraform_resource_type}.{self.friendly_unique_id}"


class TerraformProvider(Configured):
    """A provider."""

    @property
    def _address(self) -> str:
        alias = self._values.get("alias")
        return f"{self.terraform_resource_type}.{alias}" if alias else self.terraform_resource_type

    @property
    def fqn(self) -> str:
        return self._address

    def _place(self) -> Sequence[str]:
        return "provider", self.terraform_resource_type


NO_WAY = object()
META = ("connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners")
"""Terraform's own arguments, which every resource and data source takes."""
LIFECYCLE = {
    "create_before_destroy": "b",
    "ignore_changes": "x",
    "prevent_destroy": "b",
    "replace_triggered_by": "Ls",
}
"""The kinds of what Terraform takes as a `lifecycle`; of what replaces something, addresses only."""

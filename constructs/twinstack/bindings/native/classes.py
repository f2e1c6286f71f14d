"""Makes the classes of a module of their table, each when it is first named."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from twinstack.bindings.native.guard import guarded
from twinstack.bindings.native.kubernetes.objects import KubeObject
from twinstack.bindings.native.structs import struct, value_class
from twinstack.bindings.native.terraform.attributes import ComplexList, ComplexObject
from twinstack.bindings.native.terraform.resource import TerraformDataSource, TerraformProvider, TerraformResource
from twinstack.bindings.native.unsupported import meant, refuse

Entry = list[Any]


def finder(module: str, table: dict[str, Entry]) -> Callable[[str], Any]:
    """The `__getattr__` of a module with this table."""

    def find(name: str) -> Any:
        if name == "__all__":  # what `from … import *` asks for
            return sorted(table)
        entry = table.get(name)
        if entry is None:
            raise meant(AttributeError(f"module {module!r} has no attribute {name!r}"))
        make = _MAKERS.get(entry[0])
        made: type = refuse(f"{module}.{name}") if make is None else make(module, name, *entry[1:])
        setattr(sys.modules[module], name, made)
        return made

    return guarded(find)


def _block(base: type) -> Callable[..., type]:
    def make(module: str, name: str, attributes: Any, type_: str, config: str, version: str) -> type:
        return type(
            name,
            (base,),
            {
                "__module__": module,
                "_made_in": module,
                "_config": config,
                "_attributes": attributes,
                "_version": version,
                "_provider_name": type_.partition("_")[0],
                "terraform_resource_type": type_,
                "TF_RESOURCE_TYPE": type_,
            },
        )

    return make


def _reference(module: str, name: str, attributes: Any, shape: str, _value: str) -> type:
    if shape not in ("0", ".", "i"):
        refuse(f"{module}.{name}")
    body = {"__module__": module, "_made_in": module, "_attributes": attributes, "_shape": shape}
    return type(name, (ComplexObject,), body)


def _references(module: str, name: str, member: str) -> type:
    return type(name, (ComplexList,), {"__module__": module, "_made_in": module, "_member": member})


def _object(module: str, name: str, api_version: str, kind: str, config: str) -> type:
    about = {"apiVersion": api_version, "kind": kind}
    return type(name, (KubeObject,), {"__module__": module, "_made_in": module, "_config": config, "_about": about})


_MAKERS: dict[str, Callable[..., type]] = {
    "struct": struct,
    "value": value_class,
    "resource": _block(TerraformResource),
    "data": _block(TerraformDataSource),
    "provider": _block(TerraformProvider),
    "reference": _reference,
    "references": _references,
    "object": _object,
}

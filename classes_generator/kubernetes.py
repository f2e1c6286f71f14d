"""The table of Kubernetes' own kinds (`cdk8s_plus_27.k8s`), and those of the engines' data types and classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from classes_generator.assembly import Types
from classes_generator.functions import functions
from classes_generator.names import python_name, schema_name, terraform_name
from classes_generator.provider import Kinds, Table, is_value_class, struct


def kubernetes_table(namespace: str, types: Types) -> Table:
    """The kinds and data types of `namespace`."""
    kinds = Kinds(namespace, types)
    made: Table = {}
    for name, entry in types.items():
        if not name.startswith(f"{namespace}."):
            continue
        if entry.get("datatype"):
            made[entry["name"]] = struct(entry, kinds, lambda one: schema_name(one).rpartition("#")[2])
        elif entry.get("base") == "cdk8s.ApiObject":
            *_, package, version, kind = schema_name(entry).split(".")
            group = GROUPS.get(package, f"{package}.k8s.io")
            made[entry["name"]] = ["object", f"{group}/{version}" if group else version, kind, f"{entry['name']}Props"]
        elif is_value_class(entry):
            made[entry["name"]] = ["value"]
        elif entry["kind"] == "enum":
            made[entry["name"]] = ["other"]
    return made


def engine_table(package: str, types: Types) -> Table:
    """An engine's own data types as they are given, and of each of its classes what it can do."""
    kinds = Kinds(package, types)
    output_name = _own_name if package == "cdk8s" else terraform_name
    made: Table = {}
    for name, entry in types.items():
        if name.count(".") > 1:
            continue
        if entry.get("datatype"):
            made[entry["name"]] = struct(_with_inherited(entry, types), kinds, output_name)
        else:
            made[entry["name"]] = ["class", sorted(_members(entry, types))]
    if "Fn" in made:
        made["Fn"].append(functions(types[f"{package}.Fn"], types))
    return made


def _own_name(member: Mapping[str, Any]) -> str:
    name: str = member["name"]
    return name


def _with_inherited(entry: dict[str, Any], types: Types) -> dict[str, Any]:
    """A data type with the members of those that it extends, which come first."""
    inherited = [
        one
        for base in entry.get("interfaces", ())
        if base in types
        for one in _with_inherited(types[base], types).get("properties", ())
    ]
    own = {one["name"]: one for one in (*inherited, *entry.get("properties", ()))}
    return {**entry, "properties": list(own.values())}


def _members(entry: dict[str, Any], types: Types) -> set[str]:
    found = {python_name(one["name"]) for one in (*entry.get("methods", ()), *entry.get("properties", ()))}
    for base in (entry.get("base"), *entry.get("interfaces", ())):
        if base in types:
            found |= _members(types[base], types)
    return found


GROUPS: Final = {
    "core": "",
    "apps": "apps",
    "autoscaling": "autoscaling",
    "batch": "batch",
    "policy": "policy",
    "rbac": "rbac.authorization.k8s.io",
    "flowcontrol": "flowcontrol.apiserver.k8s.io",
}
"""API groups whose name is not `{package}.k8s.io`. Source: Kubernetes API reference, "API Overview"."""

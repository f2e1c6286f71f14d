"""The resources of a stack in JSON. Loaded by every synthesis, so it loads nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def resources_in(configuration: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The arguments of each managed resource by its address; nothing of what has another form than Terraform takes."""
    return {
        f"{type_name}.{name}": mapping(block)
        for type_name, named in mapping(configuration.get("resource")).items()
        for name, block in mapping(named).items()
    }


def whose_lifecycle_says(configuration: Mapping[str, Any], argument: str) -> list[str]:
    """The addresses of the resources whose lifecycle has this switched on."""
    return [
        address
        for address, block in resources_in(configuration).items()
        if mapping(block.get("lifecycle")).get(argument)
    ]


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, or nothing where it is no mapping."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}

"""Which addresses a state holds, read from what `terraform state pull` or `terraform show -json` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from twinstack.errors import UsageError


def addresses_in(text: str, shown_as: str) -> frozenset[str]:
    """The addresses of all managed resources, with the keys of instances. Raises UsageError for what is no state."""
    try:
        state: Any = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{shown_as} is no JSON: give what `terraform state pull` prints") from error
    if isinstance(state, dict) and isinstance(state.get("resources"), list) and "version" in state:
        return frozenset(_pulled(state))
    if isinstance(state, dict) and "format_version" in state and "planned_values" not in state:
        return frozenset(_shown((state.get("values") or {}).get("root_module") or {}))
    raise UsageError(f"{shown_as} is no state: give what `terraform state pull` or `terraform show -json` prints")


def _pulled(state: Mapping[str, Any]) -> Iterator[str]:
    for resource in state["resources"]:
        if resource.get("mode") != "managed":
            continue
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource.get("instances", ()):
            key = instance.get("index_key")
            yield f"{module}{resource['type']}.{resource['name']}{'' if key is None else f'[{json.dumps(key)}]'}"


def _shown(module: Mapping[str, Any]) -> Iterator[str]:
    yield from (one["address"] for one in module.get("resources", ()) if one.get("mode") == "managed")
    for child in module.get("child_modules", ()):
        yield from _shown(child)

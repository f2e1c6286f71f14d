"""Tests of a product and of a resource type: assertions on both halves, who can reach whom, reviewed output.

The fixtures `twin` and `golden` come with the pytest plugin, which is registered by installing twinstack. Importing
this starts no node process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twinstack.testing.matchers import (
    Capture,
    absent,
    any_value,
    array_with,
    exactly,
    json_text,
    object_like,
    regex,
)
from twinstack.testing.template import Template

if TYPE_CHECKING:
    from twinstack.testing.golden import Golden
    from twinstack.testing.reach import Reachability
    from twinstack.testing.resource_check import check_resource
    from twinstack.testing.rule_check import check_rules
    from twinstack.testing.twin import Twin, Twins
else:
    _MODULES = {
        "Golden": "golden",
        "Reachability": "reach",
        "Twin": "twin",
        "Twins": "twin",
        "check_resource": "resource_check",
        "check_rules": "rule_check",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"twinstack.testing.{_MODULES[name]}"), name)


__all__ = [
    "Capture",
    "Golden",
    "Reachability",
    "Template",
    "Twin",
    "Twins",
    "absent",
    "any_value",
    "array_with",
    "check_resource",
    "check_rules",
    "exactly",
    "json_text",
    "object_like",
    "regex",
]

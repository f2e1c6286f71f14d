"""What a field of a product may be called, and what not."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Mapping
from typing import Final

from twinstack.environment.base import FIELD, Environment
from twinstack.environment.spec import Half, Spec


def refused(name: str, spec: type[Spec], taken: Collection[str] = ()) -> str | None:
    """Why a field with this spec cannot have this name; None where it can."""
    if not FIELD.fullmatch(name):
        return "a field's name is lower-case words, [a-z][a-z0-9_]*"
    if keyword.iskeyword(name):
        return "Python keeps this word for itself"
    if name in Environment.__pydantic_fields__ or hasattr(Environment, name):
        return "every environment has a member of this name"
    for half in sorted(spec.built_in):
        if name in MEMBERS_OF_HALVES[half]:
            return f"the {half} half has something of this name"
    if name in taken:
        return "the product has one of this name already"
    return None


_OF_BOTH: Final = frozenset({
    "close", "context", "enter", "environment", "is_construct", "ledger", "node", "of", "to_string", "with_",
})  # fmt: skip
MEMBERS_OF_HALVES: Final[Mapping[Half, frozenset[str]]] = {
    Half.INFRASTRUCTURE: _OF_BOTH | {
        "add_dependency", "add_override", "all_providers", "aws", "backend", "before_synth", "connect", "dependencies", "depends_on",
        "ensure_backend_exists", "forget", "get_logical_id", "has_resource_move", "identities", "is_stack", "log_group", "log_key",
        "logs", "move_targets", "output", "prepare_stack", "provider", "publish", "published",
        "register_incoming_cross_stack_reference", "register_outgoing_cross_stack_reference", "resource_of",
        "run_all_validations", "synthesizer", "to_hcl_terraform", "to_terraform",
    },
    Half.WORKLOADS: _OF_BOTH | {
        "add_dependency", "api_objects", "config", "default_deny", "files", "generate_object_name", "is_chart",
        "label_namespace", "labels", "namespace", "namespace_object", "node_pools", "patches", "policy_switch", "storage_class", "to_json",
    },
}  # fmt: skip
"""Each half's own attributes, which one of the product's would hide, and its own constructs. Held by a test."""

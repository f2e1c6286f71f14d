"""Hides what is secret before anything of it is kept: a difference is printed, posted and stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twinstack.changes.fields import last_of, root_of
from twinstack.changes.provider_types import is_write_only
from twinstack.delivery.terraform import SENSITIVE
from twinstack.layers.secrets_in_text import by_name, by_shape


def masked(name: str, value: Any) -> Any:
    """A value without what is secret in it by its name (`auth_token`) or by what it looks like."""
    if isinstance(value, Mapping):
        called = value.get("name")
        return {
            key: masked(called if key == "value" and isinstance(called, str) else str(key), one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [masked(name, one) for one in value]
    if isinstance(value, str) and (by_shape(value) or by_name(name, value)):
        return SENSITIVE
    return value


def masked_argument(type_name: str, path: str, value: Any) -> Any:
    """As `masked`, of an argument of a resource: what the provider only writes is hidden whatever it is."""
    if value is not None and is_write_only(type_name, root_of(path)):
        return SENSITIVE
    return masked(last_of(path), value)


def hidden(value: Any) -> Any:
    """Everything of it hidden, and its keys kept: the content of a Secret."""
    if isinstance(value, Mapping):
        return {key: hidden(one) for key, one in value.items()}
    return value if value is None else SENSITIVE

"""Hides what is secret before anything of it is kept: a difference is printed, posted and stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

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
    return _masked_text(name, value) if isinstance(value, str) else value


def _masked_text(name: str, text: str) -> str:
    """A text, a document as JSON, or a file of lines, of which only the secret ones are hidden."""
    if text.startswith(("{", "[")) and (document := _parsed(text)) is not None:
        kept = masked(name, document)
        return text if kept == document else json.dumps(kept, ensure_ascii=False)
    if by_shape(text) or by_name(name, text):
        return SENSITIVE
    return _LINE.sub(_masked_line, text) if "\n" in text else text


def _masked_line(found: re.Match[str]) -> str:
    return f"{found[1]}{SENSITIVE}" if by_name(found[2], found[3]) else found[0]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


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


_LINE: Final = re.compile(r"""^(\s*(?:-\s+)?["']?([\w.-]+)["']?\s*[:=]\s*)["']?([^"'\n]+)["']?$""", re.MULTILINE)
"""`key: value` or `KEY=value`, as files of settings have them."""

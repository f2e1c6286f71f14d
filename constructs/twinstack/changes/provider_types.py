"""Which resource types the AWS provider has, and which of their attributes it fills in by itself: nobody changes those.

Read straight out of the schema that the rehearsal serves: the rehearsal itself takes packages that a deployment has no use
for.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final


def prepare() -> None:
    """Reads the schema, which whatever is asked here needs: for a time at which something else is waited for."""
    _resources()


def is_known(type_name: str) -> bool:
    """Whether it is a resource of the AWS provider's newest schema here, or one that Terraform itself has."""
    return type_name in BUILT_IN or type_name in _resources()


def is_filled_in(type_name: str, attribute: str) -> bool:
    """Whether this attribute of a resource is a result, such as `arn`, and no argument."""
    attributes, _ = _resources().get(type_name) or ({}, {})
    _, letters = attributes.get(attribute) or ("", "")
    return letters == "c"


def is_write_only(type_name: str, attribute: str) -> bool:
    """Whether the provider hands it on and nobody reads it back, such as `password_wo`."""
    attributes, _ = _resources().get(type_name) or ({}, {})
    _, letters = attributes.get(attribute) or ("", "")
    return "w" in letters


def as_read(type_name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a resource as the provider reads them, so that two ways to write one thing are alike: what has no
    order in a fixed one, each block in a list, and no null.
    """
    return _block_as_read(_resources().get(type_name) or ({}, {}), arguments)


def _block_as_read(schema: Sequence[Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    attributes, nested = schema
    read: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in nested:
            inner = value if isinstance(value, list) else [value]
            found = [_block_as_read(nested[name][3], one) if isinstance(one, dict) else one for one in inner if one]
            read[name] = _in_order(found) if nested[name][0] == "set" else found
        elif value is not None:
            kind, _ = attributes.get(name) or ("", "")
            is_set = isinstance(kind, list) and kind[:1] == ["set"] and isinstance(value, list)
            read[name] = _in_order(value) if is_set else value
    return read


def _in_order(members: Sequence[Any]) -> list[Any]:
    found = {json.dumps(one, sort_keys=True): one for one in members}
    return [found[key] for key in sorted(found)]


@cache
def _resources() -> Mapping[str, Any]:
    folder = Path(__file__).parents[1] / "rehearsal" / "schemas"
    newest = max(folder.glob("aws-*.json.xz"), key=lambda file: [int(part) for part in file.name[4:-8].split(".")])
    return json.loads(lzma.decompress(newest.read_bytes()))["resource"]  # type: ignore[no-any-return]


BUILT_IN: Final = frozenset({"terraform_data"})
"""Resources that need no provider. Source: Terraform, "The terraform_data Managed Resource Type"."""

"""Which resource types the AWS provider has, and which of their attributes it fills in by itself: nobody changes those.

Read straight out of the schema that the rehearsal serves: the rehearsal itself takes packages that a deployment has no use
for.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final


def is_known(type_name: str) -> bool:
    """Whether it is a resource of the AWS provider's newest schema here, or one that Terraform itself has."""
    return type_name in BUILT_IN or type_name in _resources()


def is_filled_in(type_name: str, attribute: str) -> bool:
    """Whether this attribute of a resource is a result, such as `arn`, and no argument."""
    attributes, _ = _resources().get(type_name) or ({}, {})
    _, letters = attributes.get(attribute) or ("", "")
    return letters == "c"


@cache
def _resources() -> Mapping[str, Any]:
    folder = Path(__file__).parents[1] / "rehearsal" / "schemas"
    newest = max(folder.glob("aws-*.json.xz"), key=lambda file: [int(part) for part in file.name[4:-8].split(".")])
    return json.loads(lzma.decompress(newest.read_bytes()))["resource"]  # type: ignore[no-any-return]


BUILT_IN: Final = frozenset({"terraform_data"})
"""Resources that need no provider. Source: Terraform, "The terraform_data Managed Resource Type"."""

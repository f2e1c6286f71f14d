"""Whole names of images that are not released with the product."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

EXACT_IMAGE: Final = re.compile(
    r"[a-z0-9][A-Za-z0-9._:-]*(/[a-z0-9][a-z0-9._-]*)*(@sha256:[0-9a-f]{64}"
    r"|:(?=[^:/]*([0-9][._-][0-9]|[0-9]{3}|[0-9a-f]{7}))[A-Za-z0-9_][A-Za-z0-9._-]{0,127})"
)
"""By digest, or by a tag with a version of two numbers, a build's number or a commit in it: a word alone (`alpine`, `main`)
and a major version (`17`, `15-alpine`) are set anew with every release."""


def is_exact(image: str) -> str:
    if not EXACT_IMAGE.fullmatch(image):
        raise ValueError("an image's whole name with a tag that does not move (`18.4`, not `18`), or with its digest")
    return image


ExactImage = Annotated[
    str,
    AfterValidator(is_exact),
    Field(json_schema_extra={"examples": ["registry.example/postgres-exporter:v0.17.1"]}),
]

"""`twinstack rehearse`: proves the output against the real tools, offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twinstack.product import Product


def rehearse(
    product: Product[Any], names: Sequence[str], *, schema: str | None, only: str | None, as_json: bool
) -> int:
    """Runs the rehearsal, prints its report, and returns the exit status."""
    from twinstack.rehearsal import rehearse as run

    return run(product, names, schema=schema, only=only, as_json=as_json)

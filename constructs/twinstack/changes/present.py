"""The outputs of today, made once and in a temporary folder."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinstack.changes.former import Outputs, outputs_of
from twinstack.environment.spec import Half
from twinstack.policy.following import acknowledged_in
from twinstack.synthesis import synthesized

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@contextmanager
def present(product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half] = tuple(Half)) -> Generator[Outputs]:
    """What an environment is made to now, while the context lasts. Raises as `twinstack.synthesis.write` does."""
    environment = loaded.environment
    with synthesized(product, [loaded], halves) as output:
        label = f"the present ({environment.context.version})"
        made = outputs_of(label, output.stack(environment), output.manifests(environment), halves)
        yield replace(made, acknowledged=acknowledged_in(environment))

"""`twinstack diff`: what becomes of what stands, in both halves, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.compare import compare
from twinstack.changes.former import former
from twinstack.changes.present import present
from twinstack.changes.revision import Repository
from twinstack.cli.assignment import read_assignments
from twinstack.cli.delivery.commands import terminated_like_interrupted
from twinstack.cli.delivery.remembered import asked_for
from twinstack.cli.differences import show
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit_json
from twinstack.cli.users import users_of
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from twinstack.changes.difference import Difference
    from twinstack.changes.former import Outputs
    from twinstack.delivery.records import Records
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


def diff(
    environment: str,
    *,
    against: str | None,
    half: str | None,
    version: str | None,
    assignments: Sequence[str],
    as_json: bool,
) -> int:
    """Shows what is different between the former outputs and those of today; 3 where something is."""
    product = find_product_with_engine()
    (loaded,) = product.load_all([environment], set=read_assignments(assignments) or None, version=version)
    halves = (Half(half),) if half else tuple(Half)
    with terminated_like_interrupted(), asked_for(environment) as records:
        difference = difference_between(product, loaded, against, halves=halves, version=version, records=records)
    if as_json:
        emit_json({"environment": environment, **difference.as_dict()})
    else:
        show(difference, loaded.environment.stack_id)
    return 0 if difference.is_empty else CHANGED


def difference_between(
    product: Product[Any],
    loaded: Loaded[Any],
    against: str | None,
    *,
    halves: Sequence[Half] = tuple(Half),
    version: str | None = None,
    records: Callable[[], Records] | None = None,
) -> Difference:
    """The outputs of today compared with former ones, each change with its cause; both sides are made side by side.

    `against` is what `twinstack.changes.former` takes; None is where today's changes began (`Repository.beginning`).
    """
    from twinstack.changes.beginnings import causes_between

    name, label = (against, "") if against is not None else Repository.of(product.root).beginning()
    environment = loaded.environment
    with ExitStack() as lasting, ThreadPoolExecutor(1) as beside:

        def make() -> Outputs:
            made = former(product, environment.name, name, halves=halves, version=version, records=records)
            return lasting.enter_context(made)

        making = beside.submit(make)
        with present(product, loaded, halves) as after:
            made = making.result()
            before = replace(made, label=label or made.label)
            found = compare(before, after, fields=environment.specs, users=users_of(environment), halves=halves)
            return causes_between(product, loaded, before).of(found)


CHANGED: Final = 3
"""Something is different."""

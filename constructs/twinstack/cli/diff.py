"""`twinstack diff`: what becomes of what stands, in both halves, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from twinstack.bindings import activate
from twinstack.cli.assignment import read_assignments
from twinstack.cli.delivery.commands import terminated_like_interrupted
from twinstack.cli.delivery.remembered import asked_for
from twinstack.cli.differences import show
from twinstack.cli.former_outputs import Coming, made_beside
from twinstack.cli.project import find_reference, load_product
from twinstack.cli.render import emit_json
from twinstack.cli.users import users_of
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twinstack.changes.difference import Difference
    from twinstack.changes.former import Outputs
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
    halves = (Half(half),) if half else tuple(Half)
    reference, folder = find_reference()
    coming = Coming(folder)
    with (
        terminated_like_interrupted(),
        asked_for(environment) as records,
        made_beside(coming, environment, against, halves=halves, version=version, records=records) as former,
    ):
        activate(folder)
        product = load_product(reference, folder)
        coming.product.set_result(product)
        (loaded,) = product.load_all([environment], set=read_assignments(assignments) or None, version=version)
        difference = difference_between(product, loaded, former, halves)
    if as_json:
        emit_json({"environment": environment, **difference.as_dict()})
    else:
        show(difference, loaded.environment.stack_id)
    return 0 if difference.is_empty else CHANGED


def difference_between(
    product: Product[Any], loaded: Loaded[Any], former: Future[Outputs], halves: Sequence[Half] = tuple(Half)
) -> Difference:
    """The outputs of today compared with the former ones that are being made, each change with its cause."""
    from twinstack.changes.beginnings import causes_between
    from twinstack.changes.compare import compare
    from twinstack.changes.present import present

    environment = loaded.environment
    with present(product, loaded, halves) as after:
        users = users_of(environment)
        before = former.result()
        found = compare(before, after, fields=environment.specs, users=users, halves=halves)
        return causes_between(product, loaded, before).of(found)


CHANGED: Final = 3
"""Something is different."""

"""`twinstack diff`: what becomes of what stands, in both halves, before anything is done."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twinstack.bindings import activate
from twinstack.cli.assignment import read_assignments
from twinstack.cli.delivery.commands import terminated_like_interrupted
from twinstack.cli.delivery.remembered import asked_for
from twinstack.cli.differences import show
from twinstack.cli.former_outputs import Coming, made_beside
from twinstack.cli.project import find_reference, load_product
from twinstack.cli.render import emit_json
from twinstack.cli.reports import put_report, put_reports
from twinstack.cli.users import users_of
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Location, UsageError
from twinstack.product import FOLDER

if TYPE_CHECKING:
    from concurrent.futures import Future

    from twinstack.changes.again import FormerLayers
    from twinstack.changes.difference import Difference
    from twinstack.changes.former import Outputs
    from twinstack.delivery.cluster import Context
    from twinstack.diagram.drawing import Flow
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
    live: bool = False,
    context: Context | None = None,
    markdown: Path | None = None,
    sarif: Path | None = None,
    junit: Path | None = None,
) -> int:
    """Shows what is different between the former outputs and those of today; 3 where something is. The files are written
    beside that.
    """
    halves = (Half(half),) if half else tuple(Half)
    if live and against is not None:
        raise UsageError("--live is what stands, and --against something former: leave out one of them")
    make = partial(to_what_stands, context=context) if live else partial(to_former, against=against, context=context)
    compared = make(environment, halves=halves, version=version, assignments=assignments, is_drawn=markdown is not None)
    difference, loaded = compared.difference, compared.loaded
    _report(compared, markdown=markdown, sarif=sarif, junit=junit)
    if as_json:
        emit_json({"environment": environment, **difference.as_dict()})
    else:
        show(difference, loaded.environment.stack_id)
    return 0 if difference.is_empty else CHANGED


@dataclass(frozen=True)
class Compared:
    """A product, one of its environments, and what is different."""

    product: Product[Any]
    loaded: Loaded[Any]
    difference: Difference
    picture: Flow | None = None
    """What the difference makes of the picture of who uses what; None where it was not asked for, or nobody can draw it."""


def to_former(
    environment: str,
    *,
    against: str | None,
    halves: Sequence[Half],
    version: str | None,
    assignments: Sequence[str],
    context: Context | None = None,
    is_drawn: bool = False,
) -> Compared:
    """The environment of today against its former outputs, which are made beside."""
    reference, folder = find_reference()
    coming = Coming(folder)
    with (
        terminated_like_interrupted(),
        asked_for(environment, context) as records,
        made_beside(coming, environment, against, halves=halves, version=version, records=records) as former,
    ):
        activate(folder)
        product = load_product(reference, folder)
        coming.product.set_result(product)
        (loaded,) = product.load_all([environment], set=read_assignments(assignments) or None, version=version)
        return compared_with(product, loaded, former, halves, version, is_drawn=is_drawn)


def to_what_stands(
    environment: str,
    *,
    halves: Sequence[Half],
    version: str | None,
    assignments: Sequence[str],
    context: Context | None,
    is_drawn: bool = False,
) -> Compared:
    """The environment of today against what really stands."""
    from twinstack.cli.live_difference import foreseen_of_what_stands
    from twinstack.delivery.cluster import Context

    reference, folder = find_reference()
    activate(folder)
    product = load_product(reference, folder)
    (loaded,) = product.load_all([environment], set=read_assignments(assignments) or None, version=version)
    with terminated_like_interrupted():
        found = foreseen_of_what_stands(product, loaded, halves, context or Context())
    return Compared(product, loaded, found.difference, found.picture if is_drawn else None)


def _report(compared: Compared, *, markdown: Path | None, sarif: Path | None, junit: Path | None) -> None:
    from twinstack.changes.comment import comment
    from twinstack.changes.rows import rows
    from twinstack.diagram.mermaid import mermaid

    environment, difference = compared.loaded.environment, compared.difference
    if markdown is not None:
        picture = mermaid(compared.picture) if compared.picture is not None and not difference.is_empty else ""
        put_report(markdown, comment(difference, environment.stack_id, picture=picture))
    place = Location(f"{FOLDER}/{environment.name}.yaml", 1)
    found = [*rows(difference)]
    put_reports(found, f"diff {environment.name}", compared.product.root, place, sarif=sarif, junit=junit)


def compared_with(
    product: Product[Any],
    loaded: Loaded[Any],
    former: Future[Outputs | FormerLayers],
    halves: Sequence[Half] = tuple(Half),
    version: str | None = None,
    *,
    is_drawn: bool = False,
) -> Compared:
    """The outputs of today compared with the former ones that are being made, each change with its cause."""
    from twinstack.changes.beginnings import causes_between
    from twinstack.changes.compare import compare
    from twinstack.changes.present import present
    from twinstack.changes.provider_types import prepare
    from twinstack.changes.undone import Undone
    from twinstack.cost.estimate import CostChange
    from twinstack.diagram.between import flow_between

    environment = loaded.environment
    with present(product, loaded, halves) as after:
        users = users_of(environment)
        prepare()  # the former side takes longer
        with _made(product, environment.name, former.result(), halves, version) as before:
            found = compare(before, after, fields=environment.specs, users=users, halves=halves)
            if set(halves) == set(Half):
                found = replace(found, cost=CostChange.between(before, after))
            found = causes_between(product, loaded, before).of(found, Undone(product, loaded, before, halves))
            picture = (
                flow_between(product, loaded, before, after, found) if is_drawn and set(halves) == set(Half) else None
            )
            return Compared(product, loaded, found, picture)


@contextmanager
def _made(
    product: Product[Any], name: str, found: Outputs | FormerLayers, halves: Sequence[Half], version: str | None
) -> Generator[Outputs]:
    """The former outputs, while the context lasts: those that were made, or those of layers that the program makes again."""
    from twinstack.changes.again import FormerLayers, made_again
    from twinstack.changes.former import former

    with ExitStack() as lasting:
        if not isinstance(found, FormerLayers):
            yield found
            return
        try:
            made = lasting.enter_context(made_again(product, name, found, halves=halves, version=version))
        except ConfigurationError:  # refused today: said as of any revision that cannot be synthesized
            made = lasting.enter_context(former(product, name, found.commit, halves=halves, version=version))
        yield made


CHANGED: Final = 3
"""Something is different."""

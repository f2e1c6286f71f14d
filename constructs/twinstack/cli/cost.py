"""`twinstack cost`: what an environment costs by AWS's list prices, and what only its use tells."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from twinstack.cli.assignment import read_assignments
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import Piece, emit, emit_json
from twinstack.cost.line import Charged, Line
from twinstack.facts.prices import are_old, date_of_the_prices

if TYPE_CHECKING:
    from twinstack.cost.estimate import Estimate


def cost(name: str, *, assignments: Sequence[str], as_json: bool) -> None:
    """Makes both halves in a temporary folder, and prints what they cost."""
    product = find_product_with_engine()
    from twinstack.changes.present import present
    from twinstack.cost.estimate import Estimate
    from twinstack.environment.spec import Half

    (loaded,) = product.load_all([name], set=read_assignments(assignments) or None)
    halves = product.halves or tuple(Half)
    with present(product, loaded, halves) as made:
        found = Estimate.of(made.stack, made.manifests, loaded.environment.specs)
    if as_json:
        emit_json({"environment": name, **found.as_dict()})
        return
    for line in lines(found, loaded.environment.stack_id, datetime.datetime.now(tz=datetime.UTC).date()):
        emit(line)


def lines(estimate: Estimate, stack: str, today: datetime.date) -> Iterator[list[Piece]]:
    """The lines, in pieces with their styles: the dearest thing first, and below each what only its use tells."""
    yield [(stack, "bold cyan"), (f"  {estimate.region}, list prices on demand, USD for a month of 730 hours", "")]
    for thing, every in estimate.by_thing.items():
        rows = [*_rows(every)]
        total = sum(line.monthly or 0 for line in every)
        yield []
        yield [
            (f"{thing or 'not of one thing':<{_WIDE}}", "bold underline"),
            (f"{total:>10.2f}" if total else "", "bold"),
        ]
        for what, amount, note in rows:
            yield [
                (f"  {what:<{_WIDE - 2}}", ""),
                (f"{amount:>10}", "red" if amount == UNKNOWN else ""),
                (f"  {note}".rstrip(), "dim"),
            ]
    yield []
    beside = f", and {len(estimate.unknown)} whose price is not known" if estimate.unknown else ""
    yield [(f"{'in all':<{_WIDE}}", "bold"), (f"{estimate.monthly:>10.2f}", "bold green"), (beside, "bold red")]
    yield [("beside that: what is used, what leaves AWS, taxes; less with savings plans and discounts", "dim")]
    if dates := sorted({line.price.published for line in estimate.lines if line.price}):
        yield [(f"prices as AWS published them from {dates[0]} to {dates[-1]}: --json has each with its page", "dim")]
    if are_old(today):
        yield [(f"nobody has read them since {date_of_the_prices()}: take a newer twinstack", "yellow")]


def _rows(every: Sequence[Line]) -> Iterator[tuple[str, str, str]]:
    """What is alike once, with how many of it there are."""
    alike: dict[tuple[object, ...], list[Line]] = {}
    for line in every:
        alike.setdefault((line.what, line.charged, line.price, line.note), []).append(line)
    for several in alike.values():
        first = several[0]
        name = first.subject.removeprefix("aws_").partition(".")[0].replace("_", " ") if first.what in _TERSE else ""
        what = f"{name}: {first.what}" if name else first.what
        amount, note = f"{sum(line.monthly or 0 for line in several):.2f}", first.note
        if first.charged is Charged.UNKNOWN:
            amount = UNKNOWN
            what = f"{first.subject}: {what}"
        elif first.charged is Charged.BY_USE:
            amount = "by use"
            note = ", ".join(filter(None, [_each(first), note]))
        yield (f"{len(several)} x {what}" if len(several) > 1 else what), amount, note


def _each(line: Line) -> str:
    """`0.045 USD a GB`; of very little, what a million cost."""
    if line.price is None:
        return f"by the {line.unit}"
    usd = line.price.usd
    return f"{usd * MILLION:g} USD for a million {line.unit}s" if usd < MILLION**-0.5 else f"{usd:g} USD a {line.unit}"


MILLION: Final = 1_000_000
UNKNOWN: Final = "unknown"
_WIDE: Final = 52
_TERSE: Final = frozenset({"requests", "what is logged", "what goes through it", "what lies in it"})
"""What says little without the kind of thing that it is of."""

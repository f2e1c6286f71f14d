"""Recorded edits, each by itself and put together into few rounds, so that few plans show all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tests.changes.edits.recorded import RECORDED, Recorded, Side, edited, explained, made, production
from twinstack.changes.difference import Difference
from twinstack.changes.edits import Edit, edits
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half


@cache
def alone(index: int) -> Side:
    """Production with one edit."""
    row = RECORDED[index]
    return made(row.name, edited([row]))


@cache
def difference_of(index: int) -> Difference:
    """What one edit changes."""
    return explained(alone(index))


def edits_of(index: int) -> Sequence[Edit]:
    """The paths that one edit writes."""
    return edits(production().loaded.merged, alone(index).loaded.merged)


def rounds() -> Sequence[Sequence[int]]:
    """Every edit that changes something once: those of one thing apart, and what makes very much anew or is refused alone."""
    found: list[list[int]] = []
    for index, row in enumerate(RECORDED):
        if row.worst:
            fits = next((one for one in found if all(_go_together(row, RECORDED[other]) for other in one)), None)
            if fits is None:
                found.append(fits := [])
            fits.append(index)
    return found


@cache
def together(number: int) -> Side:
    """Production with the edits of one round."""
    rows = [RECORDED[index] for index in rounds()[number]]
    return made(" and ".join(row.name for row in rows), edited(rows))


def replaced(found: Difference) -> list[str]:
    """The addresses that Terraform makes anew."""
    return sorted(
        one.subject for one in found.changes if one.half is Half.INFRASTRUCTURE and one.action is Action.REPLACED
    )


def _go_together(one: Recorded, other: Recorded) -> bool:
    sections = {row.cause.partition(".")[0] for row in (one, other)}
    return len(sections) == 2 and not any(isinstance(row.replaced, int) or row.refused for row in (one, other))

"""What is recorded of edits of production is what the difference says: the class, what is made anew, and the line."""

from __future__ import annotations

import pytest

from tests.changes.edits.recorded import RECORDED, edited, explained, made
from tests.changes.edits.rounds import difference_of, edits_of, replaced, rounds
from twinstack.changes.difference import RISKS, Cause, Difference

EVERY = pytest.mark.parametrize("index", range(len(RECORDED)), ids=[row.name for row in RECORDED])


def causes(found: Difference) -> dict[tuple[str, str], Cause]:
    """The cause of each change, and of each field of it."""
    told = {(one.subject, ""): one.cause for one in found.changes}
    told |= {(one.subject, field.path): field.cause for one in found.changes for field in one.fields}
    return {place: cause for place, cause in told.items() if cause is not None}


def test_more_than_forty_edits_are_recorded_each_once() -> None:
    assert len({row.name for row in RECORDED}) == len(RECORDED) > 40
    assert {row.worst for row in RECORDED} == {"", *RISKS} - {"unknown"}
    assert sorted(index for one in rounds() for index in one) == [
        index for index, row in enumerate(RECORDED) if row.worst
    ]


@EVERY
def test_an_edit_has_its_class_and_what_it_makes_anew(index: int) -> None:
    row, found = RECORDED[index], difference_of(index)
    assert found.worst == row.worst
    made_anew = replaced(found)
    assert (len(made_anew) if isinstance(row.replaced, int) else made_anew) == (row.replaced or [])


@EVERY
def test_an_edit_is_the_cause_of_all_that_it_changes(index: int) -> None:
    row, found = RECORDED[index], difference_of(index)
    written = {one.dotted: one for one in edits_of(index)}
    layers = edited([row])
    for change in found.changes:
        assert change.cause is not None
    for cause in causes(found).values():
        for one in (cause, *cause.others):
            edit = written[one.path]
            assert one.location is not None
            line = layers[one.location.file.removeprefix("environments/").removesuffix(".yaml")].splitlines()[
                one.location.line - 1
            ]
            keys = [str(part) for part in edit.path if isinstance(part, str)]
            is_section = edit.was is not None and len(keys) > 1 and isinstance(edit.path[-1], str)
            assert keys[-2 if is_section else -1] in line
    if found.changes:
        assert found.changes[0].cause is not None
        assert found.changes[0].cause.path == row.cause


@pytest.mark.parametrize("names", [
    ("more storage", "another limit of requests", "more replicas at most", "one more tag"),
    ("another master user", "another name of the cluster", "the scheduler reads exports"),
    ("more memory of the API", "another port of the API", "one more variable", "the next release"),
], ids=["of three things", "of two that make much anew", "of one workload"])  # fmt: skip
def test_among_edits_that_are_made_together_each_change_has_its_own(names: tuple[str, ...]) -> None:
    indexes = [next(index for index, row in enumerate(RECORDED) if row.name == name) for name in names]
    makers: dict[tuple[str, str], set[str]] = {}
    for index in indexes:
        paths = {one.dotted for one in edits_of(index)}
        for place in causes(difference_of(index)):
            makers.setdefault(place, set()).update(paths)
    found = explained(made("together", edited([RECORDED[index] for index in indexes])), is_tried=True)
    told = {place: cause for place, cause in causes(found).items() if place in makers}
    wrong = {
        place: (str(cause), makers[place])
        for place, cause in told.items()
        if not {cause.path, *(one.path for one in cause.others)} <= makers[place]
    }
    assert wrong == {}
    assert {cause.path for cause in told.values()} == {
        path for index in indexes for path in (one.dotted for one in edits_of(index))
    }

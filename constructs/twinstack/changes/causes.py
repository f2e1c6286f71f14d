"""Which line of the environment's layers made a change: found by what it says, and tried out where that is not enough.

Looked at in this order, and the first that has one decides: an edit of the thing itself whose value or whose name is the
field's; one of the whole environment (`version`, `region`, `tags`); one of what it is linked with; one of anything. Where
none is, it can have been any edit. Where that leaves a doubt each edit is undone by itself, and what is not there without
it, it has made. What is in doubt then is told as such, and what no edit of a layer can have made, the program has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from twinstack.changes.difference import Cause, Change, Difference, FieldChange
from twinstack.changes.edits import Edit
from twinstack.changes.likeness import Likeness, likeness, likeness_of_name, says

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded

Place: TypeAlias = tuple[str, str]
"""The subject of a change, and a field of it; no field for the change as a whole."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What is thought to have made a change."""

    edits: tuple[Edit, ...]
    is_sure: bool
    also: Cause | None = None
    """What no edit is, and may have made it."""

    @property
    def cause(self) -> Cause | None:
        """One cause; of several edits the first with the others, of very many only how many they are."""
        if len(self.edits) > MOST_NAMED:
            first = self.edits[0]
            return Cause(first.dotted, first.location, f"or another of {len(self.edits)} values that differ")
        found = [Cause(edit.dotted, edit.location, _note(edit)) for edit in self.edits]
        found += [self.also] if self.also else []
        return replace(found[0], others=tuple(found[1:])) if found else None


@dataclass(frozen=True)
class Causes:
    """What can have made a change between two outputs of one environment."""

    loaded: Loaded[Any]
    """The environment of today."""
    edits: tuple[Edit, ...]
    """What its layers say of it that they did not say before."""
    other: Cause | None = None
    """What else differs between the sides, the program or the library; None where nothing does."""
    is_first: bool = False
    """Whether nothing is known of the layers before: every line of today's may be the one."""

    def of(self, difference: Difference, without: Callable[[Edit], Difference | None] | None = None) -> Difference:
        """The same difference, each change with its cause.

        `without` makes the outputs with one edit undone, and is asked only where looks are not enough. It gives None for an
        edit that cannot be undone by itself.
        """
        guesses = {place: self._guess(change, field) for place, change, field in _places(difference)}
        in_doubt = not self.is_first and not all(one.is_sure for one in guesses.values())
        if without and in_doubt and len(self.edits) <= MOST_UNDONE:
            guesses = _tried(guesses, difference, [(edit, without(edit)) for edit in self.edits])
        told = {place: guess.cause for place, guess in guesses.items()}
        return replace(difference, changes=tuple(_with_causes(change, told) for change in difference.changes))

    def _guess(self, change: Change, field: FieldChange | None) -> Guess:
        """What looks the most alike, in the nearest ring that has anything alike; or else all, the nearest first."""
        rings = [*self._rings(change)]
        for ring in rings:
            judged = [
                (likeness(edit, change, field) if field else likeness_of_name(edit, change), edit) for edit in ring
            ]
            most = max((score for score, _ in judged), default=Likeness.NONE)
            if most > (Likeness.SAME_WORD if self.is_first else Likeness.NONE):
                found = tuple(edit for score, edit in judged if score is most)
                return Guess(found, self._is_alone or (len(found) == 1 and most >= Likeness.SAME_VALUE))
        if self.is_first or (field and self._is_of_version(field)):
            return Guess((), is_sure=True, also=self._of_today(change, field))
        found = tuple(edit for ring in rings for edit in ring)
        if not found:
            return Guess((), is_sure=True, also=self.other or Cause("", note=PROGRAM))
        return Guess(found, self._is_alone, self.other)

    def _of_today(self, change: Change, field: FieldChange | None) -> Cause | None:
        """What today's layers alone can tell."""
        merged = self.loaded.merged
        if field and self._is_of_version(field):
            return Cause("version", merged.locate(("version",)), "the release's version")
        return Cause(change.thing, merged.locate((change.thing,)), FIRST) if change.thing in merged.data else None

    def _rings(self, change: Change) -> Iterator[Sequence[Edit]]:
        """The edits, the nearest to a change first; no edit in two rings."""
        near = self._neighbours.get(change.thing, set())
        own = [edit for edit in self.edits if edit.section == change.thing]
        shared = [edit for edit in self.edits if edit.section not in self._things]
        # Of all lines there are, far ones look alike by chance.
        others = [edit for edit in self.edits if edit.section in self._things - {change.thing} and not self.is_first]
        yield from (own, shared)
        yield [edit for edit in others if edit.section in near]
        yield [edit for edit in others if edit.section not in near]

    @property
    def _is_alone(self) -> bool:
        """Whether there is one edit, and nothing else that can have made a change."""
        return len(self.edits) == 1 and self.other is None

    def _is_of_version(self, field: FieldChange) -> bool:
        version = self.loaded.environment.context.version
        return field.path.endswith("image") and says(field.after, version) and not says(field.before, version)

    @cached_property
    def _things(self) -> frozenset[str]:
        return frozenset(self.loaded.environment.specs)

    @cached_property
    def _neighbours(self) -> dict[str, set[str]]:
        """What each thing is linked with, either way."""
        found: dict[str, set[str]] = {}
        for link in self.loaded.environment.links:
            found.setdefault(link.workload.key, set()).add(link.resource.key)
            found.setdefault(link.resource.key, set()).add(link.workload.key)
        return found


def _places(difference: Difference) -> Iterator[tuple[Place, Change, FieldChange | None]]:
    """Each field of each change; the change itself where it has none."""
    for change in difference.changes:
        for field in change.fields or (None,):
            yield (change.subject, field.path if field else ""), change, field


def _tried(
    guesses: Mapping[Place, Guess], difference: Difference, without: Sequence[tuple[Edit, Difference | None]]
) -> dict[Place, Guess]:
    """The guesses, with what was found out by undoing each edit in the place of those that were in doubt."""
    whole = _told(difference)
    made: dict[Place, list[Edit]] = {}
    for edit, found in without:
        told = _told(found) if found is not None else whole
        for place, said in whole.items():
            if told.get(place) != said:
                made.setdefault(place, []).append(edit)
    return {
        place: Guess(tuple(made[place]), is_sure=True) if place in made and not guess.is_sure else guess
        for place, guess in guesses.items()
    }


def _told(difference: Difference) -> dict[Place, tuple[Any, ...]]:
    return {
        place: (change.action, *((field.before, field.after) if field else ()))
        for place, change, field in _places(difference)
    }


def _with_causes(change: Change, told: Mapping[Place, Cause | None]) -> Change:
    if not change.fields:
        return replace(change, cause=told[change.subject, ""])
    fields = tuple(replace(one, cause=told[change.subject, one.path]) for one in change.fields)
    decisive = next((one for one in fields if one.forces), fields[0])
    return replace(change, fields=fields, cause=decisive.cause)


def _note(edit: Edit) -> str:
    return f"removed, was {edit.was}" if edit.was is not None else ""


MOST_NAMED: Final = 5
"""Candidates that are named one by one: nobody reads more."""
MOST_UNDONE: Final = 8
"""Edits that are undone one by one, which takes a synthesis each."""
PROGRAM: Final = "the program"
FIRST: Final = "which line of it is not known: what it is compared with has no layers"

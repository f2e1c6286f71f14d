"""Which line of the environment's layers made a change: found by what it says, named as one of several where it is not sure.

Looked at in this order, and the first that has one decides: an edit of the thing itself whose value or whose name is the
field's; one of the whole environment (`version`, `region`, `tags`); one of what it is linked with; one of anything. Where
none is, the edits of the thing itself are what it can have been, then those of its links, then all; and what no edit of a
layer can have made, the program has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.difference import Cause, Change, Difference, FieldChange
from twinstack.changes.edits import Edit
from twinstack.changes.likeness import Likeness, likeness, likeness_of_name, says

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded


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

    def of(self, difference: Difference) -> Difference:
        """The same difference, each change with its cause."""
        return replace(difference, changes=tuple(map(self._of_change, difference.changes)))

    def _of_change(self, change: Change) -> Change:
        if not change.fields:
            return replace(change, cause=self._of_whole(change))
        fields = tuple(replace(one, cause=self._of_field(change, one)) for one in change.fields)
        decisive = next((one for one in fields if one.forces), fields[0])
        return replace(change, fields=fields, cause=decisive.cause)

    def _of_field(self, change: Change, field: FieldChange) -> Cause | None:
        if (found := self._likeliest(change, lambda edit: likeness(edit, change, field))) is not None:
            return found
        if self._is_of_version(field):
            return Cause("version", self.loaded.merged.locate(("version",)), "the release's version")
        return self._unlike(change)

    def _of_whole(self, change: Change) -> Cause | None:
        """Of what is new or goes, and has no fields to look at."""
        whole = [edit for edit in self.edits if edit.path == (change.thing,)]
        if whole:
            return _cause(whole)
        return self._likeliest(change, lambda edit: likeness_of_name(edit, change)) or self._unlike(change)

    def _likeliest(self, change: Change, judge: Callable[[Edit], Likeness]) -> Cause | None:
        """The edits that are the most alike, in the nearest ring that has one which is alike at all."""
        for ring in self._rings(change):
            judged = [(judge(edit), edit) for edit in ring]
            most = max((score for score, _ in judged), default=Likeness.NONE)
            if most > (Likeness.SAME_WORD if self.is_first else Likeness.NONE):
                return _cause([edit for score, edit in judged if score is most])
        return None

    def _unlike(self, change: Change) -> Cause | None:
        """What can have made it, where nothing looks like it."""
        if self.is_first:
            section = self.loaded.merged.locate((change.thing,)) if change.thing in self.loaded.merged.data else None
            return Cause(change.thing, section, FIRST) if section else None
        nearest = next((ring for ring in self._rings(change) if ring), ())
        found = _cause(nearest)
        if found is None:
            return self.other or Cause("", note=PROGRAM)
        return replace(found, others=(*found.others, self.other)) if self.other else found

    def _rings(self, change: Change) -> Iterator[Sequence[Edit]]:
        """The edits, the nearest to a change first; no edit in two rings."""
        near = self._neighbours.get(change.thing, set())
        own = [edit for edit in self.edits if edit.section == change.thing]
        shared = [edit for edit in self.edits if edit.section not in self._things]
        yield from (own, shared)
        if not self.is_first:  # of all lines there are, far ones look alike by chance
            others = [edit for edit in self.edits if edit.section in self._things - {change.thing}]
            yield [edit for edit in others if edit.section in near]
            yield [edit for edit in others if edit.section not in near]

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


def _cause(edits: Iterable[Edit]) -> Cause | None:
    """One cause; of several edits the first with the others, of very many only how many they are."""
    found = [*edits]
    if len(found) > MOST:
        first = found[0]
        return Cause(first.dotted, first.location, f"or another of {len(found)} values that differ")
    causes = [Cause(edit.dotted, edit.location, _note(edit)) for edit in found]
    return replace(causes[0], others=tuple(causes[1:])) if causes else None


def _note(edit: Edit) -> str:
    return f"removed, was {edit.was}" if edit.was is not None else ""


MOST: Final = 5
"""Candidates that are named one by one: nobody reads more."""
PROGRAM: Final = "the program"
FIRST: Final = "which line of it is not known: what it is compared with has no layers"

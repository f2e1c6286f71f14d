"""Holds what fields write of AWS's resources against what AWS takes, with the facts of the environment's own region.

A limit, a pattern or a closed list is an error: no later AWS makes the value right. What AWS has elsewhere is an error too,
but the data has a date, so it can be acknowledged. What may only be newer than the data is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from twinstack.environment.model import Finding, Model
from twinstack.environment.spec import Half, Spec
from twinstack.environment.writes import Place, Written, written_by
from twinstack.facts import Refused, refused
from twinstack.facts.certainty import Certainty
from twinstack.layers.document import dotted


def review(spec: Spec, said: Set[str]) -> Iterator[Finding]:
    """The spec's own review, and a finding for each field whose value AWS does not take; none for a field of which something
    was found by now. `said` has the paths of what was found before.
    """
    places: set[Place] = set()
    for finding in spec.review():
        places.add(finding.path)
        yield finding
    for finding in check_arguments(spec):
        if finding.path not in places and dotted((spec.key, *finding.path)) not in said:
            yield finding


def check_arguments(spec: Spec) -> Iterator[Finding]:
    """A finding for each field whose value AWS does not take, once for each."""
    if Half.INFRASTRUCTURE not in spec.built_in or getattr(spec, "existing", None):
        return  # what exists is somebody else's, and nothing is written of it
    seen: set[Place] = set()
    for written in written_by(spec):
        for one in refused(written.type, written.arguments, region=spec.context.region):
            place = place_of(spec, written, one)
            if place is not None and place not in seen:
                seen.add(place)
                yield finding_of(one, place, f"{one.given}, as {written.type}.{one.path}")


def place_of(spec: Spec, written: Written, one: Refused) -> Place | None:
    """The field behind an argument, or behind the blocks it is in; of several values the one that it is."""
    parts = one.path.split(".")
    names = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    place = next((written.places[name] for name in names if name in written.places), None)
    if place is None:
        return None
    value: object = spec
    for part in place:
        value = (
            getattr(value, str(part), None)
            if isinstance(value, Model)
            else value[part]
            if isinstance(value, Mapping)
            else None
        )
    entry = one.given.partition(" ")[0]
    if isinstance(value, tuple) and entry in map(str, value):
        return (*place, [*map(str, value)].index(entry))
    return (*place, entry) if isinstance(value, Mapping) and entry in value else place


def finding_of(one: Refused, place: Place, given: str) -> Finding:
    """What is said of a refused value, by how sure it is that AWS refuses it."""
    code, message, fix = _SAID[one.certainty]
    return Finding(
        code,
        message,
        place,
        given,
        allowed=f"{one.allowed} ({one.source})",
        fix=f"write `{one.nearest}`, if that is what is meant" if one.nearest else fix,
        warning=one.certainty is Certainty.NEWER,
        acknowledgeable=one.certainty is not Certainty.CLOSED,
    )


_SAID: Final = {
    Certainty.CLOSED: ("TW380", "a value that AWS does not take", "write one that it takes"),
    Certainty.OFFER: ("TW381", "a value that AWS has, and not here", "choose one that it has here"),
    Certainty.NEWER: ("TW382", "a value that is newer than what is known of AWS, or none", "look whether AWS has it"),
}
ALSO_IN_THE_OUTPUT: Final = frozenset({"TW381", "TW382"})
"""What may be found at load or only in the output, and so is acknowledged for both: whether an acknowledgement is needed is
known once the output is there."""

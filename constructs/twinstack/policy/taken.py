"""Everything in an environment's output held against what AWS takes: what came by an escape hatch or another team's construct
too, which no field has written.

The same values are refused as when the environment is loaded, under the same codes, and one acknowledgement holds for both. The
data can be wrong of a type that twinstack does not write itself: what the product's own code makes, it may accept as well,
`Accepted("TW380", "aws_instance", "why")`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinstack.environment.writes import Place, written_by
from twinstack.errors import Location, Problem
from twinstack.facts import Refused, refused
from twinstack.layers.aws_arguments import ALSO_IN_THE_OUTPUT, finding_of, place_of
from twinstack.layers.document import dotted
from twinstack.policy.accepted import accepted_in, outside_rooms, own_package
from twinstack.policy.aws.stack import Resource, Stack
from twinstack.policy.owners import owners_of

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A value in the output that AWS does not take."""

    resource: Resource
    refused: Refused
    key: str
    """The spec that the resource is made of; empty for what the product's code makes beside its specs."""
    place: Place | None
    """The field that writes this argument."""


def not_taken(loaded: Loaded[Any], document: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each literal value of the output that AWS does not take in its region, but for what is acknowledged, and
    a warning for each acknowledgement that nothing needs.
    """
    found = [*_judged(loaded, document)]
    accepted = [*accepted_in([*outside_rooms(loaded.environment), own_package(loaded.environment)])] if found else []
    used: set[tuple[str, str]] = set()
    for one in found:
        problem, spec = _problem(loaded, one), loaded.environment.specs.get(one.key)
        if spec is not None and problem.code in spec.acknowledge and problem.code in ALSO_IN_THE_OUTPUT:
            used.add((one.key, problem.code))
        elif any(each.covers(problem.code, one.resource.address, one.resource.type) for each in accepted):
            continue
        elif not _is_said(loaded, one, problem):
            yield problem
    for key, spec in loaded.environment.specs.items():
        for code in sorted(spec.acknowledge.keys() & ALSO_IN_THE_OUTPUT):
            if (key, code) not in used:
                place = (key, "acknowledge", code)
                yield Problem(
                    "TW491",
                    "an acknowledgement that nothing needs",
                    dotted(place),
                    loaded.merged.locate(place),
                    fix="remove it, so that the rule holds again",
                    warning=True,
                    environment=loaded.environment.name,
                )


def region_of(document: Mapping[str, Any], block: Mapping[str, Any]) -> str:
    """Where a resource is made: its own region, or its provider's; empty where that is not known now."""
    providers: Any = document.get("provider", {}).get("aws", ())
    alias = str(block.get("provider") or "").partition(".")[2]
    used = next((one for one in providers if (one.get("alias") or "") == alias), {})
    region = str(block.get("region") or used.get("region") or "")
    return "" if "${" in region else region


def _judged(loaded: Loaded[Any], document: Mapping[str, Any]) -> Iterator[NotTaken]:
    owners: Mapping[str, str] | None = None
    for resource in Stack(document).of():
        for one in refused(resource.type, resource.data, region=region_of(document, resource.data)):
            if owners is None:  # only where something is found
                owners = owners_of(loaded.environment, document, ())
            key = owners.get(resource.address, "")
            yield NotTaken(resource, one, key, _field(loaded, key, one))


def _field(loaded: Loaded[Any], key: str, one: Refused) -> Place | None:
    spec = loaded.environment.specs.get(key)
    places = (place_of(spec, written, one) for written in written_by(spec) if written.type == one.type) if spec else ()
    return next((place for place in places if place is not None), None)


def _problem(loaded: Loaded[Any], one: NotTaken) -> Problem:
    place = (one.key, *(one.place or ()))
    construct = one.resource.data.get("//", {}).get("metadata", {}).get("path", "")
    finding = finding_of(
        one.refused, place, f"{one.refused.given}{f', of the construct {construct}' if construct else ''}"
    )
    way = (
        f'`{one.key}.acknowledge: {{{finding.code}: "…"}}`'
        if one.key
        else f'`Accepted("{finding.code}", …)` beside the code'
    )
    writes = f"; `{dotted(place)}` writes it unless something is put over it" if one.place else ""
    return Problem(
        finding.code,
        finding.message,
        f"{one.resource.address}.{one.refused.path}",
        loaded.merged.locate(place) or Location(loaded.merged.layers[-1]) if one.key else None,
        finding.given,
        finding.allowed,
        f"{finding.fix}{writes}{f'; or, with a reviewed reason, {way}' if finding.acknowledgeable else ''}",
        finding.warning,
        loaded.environment.name,
    )


def _is_said(loaded: Loaded[Any], one: NotTaken, problem: Problem) -> bool:
    """Whether the same was told of the field when the environment was loaded."""
    path = dotted((one.key, *one.place)) if one.place else ""
    return problem.warning and any(each.code == problem.code and each.path == path for each in loaded.warnings)

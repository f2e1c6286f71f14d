"""What a failed assertion says: how many there are, the nearest ones, and where they part from what was asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from twinstack.testing.comparison import Mismatch, compare, shown

if TYPE_CHECKING:
    from twinstack.testing.template import Entry, Template


def not_there(template: Template, type_: str, name: Any) -> str:
    """There is none of this type and name."""
    if type_ not in template.types:
        return _no_such_type(template, type_)
    names = [entry.name for entry in template.entries if entry.type == type_]
    return f"{template.title}: no {type_} is called {shown(name)}\n  there {_are(len(names))}: {_listed(names)}"


def nothing_fits(template: Template, type_: str, properties: Mapping[str, Any]) -> str:
    """None of this type has these properties."""
    if type_ not in template.types:
        return _no_such_type(template, type_)
    candidates = sorted(
        ((compare(properties, entry.properties), entry) for entry in template.entries if entry.type == type_),
        key=lambda candidate: candidate[0].rank,
    )
    (best, nearest), others = candidates[0], candidates[1:]
    lines = [
        f"{template.title}: no {type_} has these properties (there {_are(len(candidates))})",
        f"  nearest: {nearest.name}, {_score(best.matched, len(best.mismatches))}",
        *_differences(best.mismatches),
    ]
    if others:
        scores = [
            f"{entry.name} ({_score(one.matched, len(one.mismatches))})" for one, entry in others[:SHOWN_CANDIDATES]
        ]
        lines.append(f"  then: {_listed(scores, len(others))}")
    return "\n".join(lines)


def too_many(template: Template, type_: str, found: Sequence[Entry], expected: int) -> str:
    """Another number of this type than was asked for."""
    if not found and type_ not in template.types:
        return f"{_no_such_type(template, type_)}\n  expected {expected}"
    names = _listed([entry.name for entry in found])
    return f"{template.title}: expected {expected} {type_}, found {len(found)}{f': {names}' if names else ''}"


def not_absent(template: Template, type_: str, found: Sequence[Entry], properties: Mapping[str, Any] | None) -> str:
    """Some that should not be there."""
    which = f" with {shown(properties)}" if properties else ""
    return f"{template.title}: expected no {type_}{which}, found {len(found)}: {_listed([one.name for one in found])}"


def _no_such_type(template: Template, type_: str) -> str:
    types = template.types
    block, _, name = type_.rpartition(".")
    if block in types:
        return (
            f'{template.title}: "{type_}" is a type and a name, which stand apart\n  '
            f'has_resource("{block}", "{name}") asks for both, find("{block}")["{name}"] gives its properties'
        )
    lowered = {name.lower(): name for name in types}
    near = difflib.get_close_matches(type_.lower(), lowered, n=SHOWN_TYPES, cutoff=0.5)
    near += [name for name in lowered if name not in near and type_.lower() in name][: SHOWN_TYPES - len(near)]
    listed = ", ".join(f"{lowered[name]} ({types[lowered[name]]})" for name in near)
    hint = f"nearest types: {listed}" if listed else f"its types: {_listed(list(types))}"
    return f"{template.title}: there is no {type_}\n  {hint}"


def _differences(mismatches: Sequence[Mismatch]) -> Iterable[str]:
    shown_ones = mismatches[:SHOWN_DIFFERENCES]
    width = max(len(one.place) for one in shown_ones)
    for one in shown_ones:
        yield f"    {one.place:<{width}}  expected {one.expected}"
        yield f"    {'':<{width}}  found    {one.found}{_meant(one)}"
    if len(mismatches) > len(shown_ones):
        yield f"    and {len(mismatches) - len(shown_ones)} more"


def _meant(mismatch: Mismatch) -> str:
    """The key that was probably meant, where the one asked for is missing."""
    asked = str(mismatch.path[-1]) if mismatch.path else ""
    near = difflib.get_close_matches(asked, mismatch.known, n=1)
    return f": did you mean {near[0]}?" if near else ""


def _score(matched: int, wrong: int) -> str:
    return f"{matched} of {matched + wrong} as expected"


def _are(number: int) -> str:
    return f"is {number}" if number == 1 else f"are {number}"


def _listed(names: Sequence[str], total: int = 0) -> str:
    kept = list(names[:SHOWN_NAMES])
    rest = max(total, len(names)) - len(kept)
    return ", ".join([*kept, *([f"{rest} more"] if rest else [])])


SHOWN_CANDIDATES: Final = 2
SHOWN_TYPES: Final = 4
SHOWN_NAMES: Final = 8
SHOWN_DIFFERENCES: Final = 8

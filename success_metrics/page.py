"""docs/success-metrics.md: its tables and its picture, made from what the lanes kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from success_metrics.draw import NOTHING
from success_metrics.faults import FAULTS
from success_metrics.picture import picture
from success_metrics.scaling import SCALING
from success_metrics.scenarios import SCENARIOS, SERVICE

Found = Mapping[str, Mapping[str, Any]]
"""What each way's lanes kept, under the way's name."""


def write(folder: Path) -> None:
    """Writes the page and its picture anew."""
    text, drawn = written(PAGE.read_text(encoding="utf-8"), kept(folder))
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(drawn, encoding="utf-8")


def kept(folder: Path) -> Found:
    """All that the lanes of a folder kept."""
    found: dict[str, dict[str, Any]] = {way: {} for way in WAYS}
    for file in sorted(folder.glob("*.json")):
        found[file.stem.partition("-")[0]] |= json.loads(file.read_text(encoding="utf-8"))
    return found


def written(page: str, found: Found) -> tuple[str, str]:
    """The page with its tables, and the picture."""
    for name, rows in _TABLES.items():
        begin, end = f"<!-- {name}: make success-metrics -->", f"<!-- end of {name} -->"
        start, _, rest = page.partition(begin)
        _, found_end, tail = rest.partition(end)
        if not found_end:
            raise ValueError(f"{PAGE} has no place for {name}")
        page = "\n".join([f"{start}{begin}", *rows(found), f"{end}{tail}"])
    rows_drawn = [
        (scenario.title, *(found[way].get(f"scenario {key}") for way in WAYS))
        for key, scenario in {**SCENARIOS, **SCALING}.items()
        if not scenario.needs
    ]
    return page, picture(rows_drawn, SERVICE, HEADS)


def _goals(found: Found) -> Iterator[str]:
    yield "| success metric | wanted | the requirement's manifests and script | this product |"
    yield "|---|---|---|---|"
    deployments = [found[way].get("deployments") for way in WAYS]
    yield f"| deployments that end right, of those with a fault drawn | over 99 % | {' | '.join(map(_share, deployments))} |"
    yield f"| the same, or made right by the same command once more | | {' | '.join(_share(one, 'mended') for one in deployments)} |"
    yield f"| return from a version that never becomes ready | under 5 minutes | {' | '.join(_return(found[way], 'never-ready') for way in WAYS)} |"
    yield f"| seconds without an endpoint, all changes below together | 0 | {' | '.join(_without(found[way]) for way in WAYS)} |"
    yield f"| from a step of load to the decision | under 30 s | {' | '.join(_figure(found[way], 'load-step', 'until the decision') for way in WAYS)} |"


def _endpoints(found: Found) -> Iterator[str]:
    yield "| what happens | least that serve: requirement | this product | seconds with none: requirement | this product | under the budget: this product |"
    yield "|---|---|---|---|---|---|"
    for key, scenario in SCENARIOS.items():
        theirs, ours = (found[way].get(f"scenario {key}") for way in WAYS)
        cells = [_cell(case, name) for name in ("least", "seconds without") for case in (theirs, ours)]
        yield f"| {scenario.title} | {' | '.join(cells)} | {_cell(ours, 'seconds below budget', ' s')} |"


def _returns(found: Found) -> Iterator[str]:
    yield "| what goes out | command: requirement | this product | last good version whole: requirement | this product |"
    yield "|---|---|---|---|---|"
    for key in ("broken-image", "never-ready", "crash", "migration-fails"):
        cells = [_figure(found[way], key, "deploy") for way in WAYS] + [_return(found[way], key) for way in WAYS]
        yield f"| {SCENARIOS[key].title} | {' | '.join(cells)} |"


def _scaling(found: Found) -> Iterator[str]:
    yield "| what happens | decision: requirement | this product | pods serve: requirement | this product |"
    yield "|---|---|---|---|---|"
    for key, scenario in SCALING.items():
        cells = [
            _figure(found[way], key, name) for name in ("until the decision", "until the pods serve") for way in WAYS
        ]
        yield f"| {scenario.title} | {' | '.join(cells)} |"


def _deployments(found: Found) -> Iterator[str]:
    yield "| fault | deployments | requirement: right | mended | wrong | this product: right | mended | wrong |"
    yield "|---|---|---|---|---|---|---|---|"
    outcomes = {way: found[way].get("deployments") or [] for way in WAYS}
    numbers = Counter(one["fault"] for one in max(outcomes.values(), key=len))
    for key in (*FAULTS, NOTHING):
        title = FAULTS[key].title if key else "no fault"
        yield f"| {title} | {numbers[key]} | {' | '.join(_row(outcomes[way], key) for way in WAYS)} |"
    totals = " | ".join(_row(outcomes[way], None) for way in WAYS)
    yield f"| **together** | {sum(numbers.values())} | {totals} |"
    kills = {way: found[way].get("kills") or [] for way in WAYS}
    number = max(map(len, kills.values()))
    yield f"| killed at a random moment, and the same command again | {number} | {' | '.join(_row(kills[way], None) for way in WAYS)} |"


def _row(outcomes: Sequence[Mapping[str, Any]], key: str | None) -> str:
    mine = [one for one in outcomes if key is None or one["fault"] == key]
    if not mine:
        return "– | – | –"
    if key and not any(one["struck"] for one in mine):
        return "nothing to break | | "
    endings = Counter("right" if one["ending"] in RIGHT else one["ending"] for one in mine)
    return " | ".join(str(endings[ending]) for ending in ("right", "mended", "wrong"))


def _share(outcomes: Sequence[Mapping[str, Any]] | None, *also: str) -> str:
    if not outcomes:
        return _MISSING
    right = sum(one["ending"] in {*RIGHT, *also} for one in outcomes)
    return f"{right} of {len(outcomes)}"


def _without(kept_of_way: Mapping[str, Any]) -> str:
    cases = [kept_of_way.get(f"scenario {key}") for key, scenario in SCENARIOS.items() if not scenario.needs]
    played = [case for case in cases if case]
    if not played:
        return _MISSING
    text = f"{sum(case['seconds without'] for case in played):.1f}"
    return text if len(played) == len(cases) else f"{text} ({len(played)} of {len(cases)} changes played)"


def _return(kept_of_way: Mapping[str, Any], key: str) -> str:
    case = kept_of_way.get(f"scenario {key}")
    if case is None:
        return _MISSING
    after = case["figures"].get("until the last good version is whole")
    by_hand = ", by hand" if "back, by hand" in case["figures"] else ""
    return "never by itself" if after is None else f"{after:g} s{by_hand}"


def _figure(kept_of_way: Mapping[str, Any], key: str, name: str) -> str:
    case = kept_of_way.get(f"scenario {key}")
    if case is None or name not in case["figures"]:
        return _MISSING
    status = f", status {case['figures']['status']}" if name == "deploy" else ""
    return f"{case['figures'][name]:g} s{status}"


def _cell(case: Mapping[str, Any] | None, name: str, unit: str = "") -> str:
    return _MISSING if case is None or case[name] is None else f"{case[name]:g}{unit}"


WAYS: Final = ("requirement", "twinstack")
HEADS: Final = ("the requirement's manifests and script", "this product")
RIGHT: Final = frozenset({"new", "returned"})
PAGE: Final = Path(__file__).parents[1] / "docs" / "success-metrics.md"
PICTURE: Final = Path(__file__).parents[1] / "docs" / "images" / "success-metrics.svg"
_MISSING: Final = "–"
_TABLES: Final = {
    "goals": _goals,
    "endpoints": _endpoints,
    "returns": _returns,
    "scaling": _scaling,
    "deployments": _deployments,
}

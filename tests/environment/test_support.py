"""A version past its support is refused; one near the end is warned of, with the date."""

from __future__ import annotations

import datetime

from twinstack.environment import Finding
from twinstack.environment.support import check_support

ENDS = {"1": datetime.date(2026, 1, 31), "2": datetime.date(2027, 1, 31), "3": datetime.date(2028, 1, 31), "4": None}


def findings(version: str, today: datetime.date = datetime.date(2026, 6, 1)) -> list[Finding]:
    return list(check_support("Engine", version, ENDS, today, ("engine_version",)))


def test_a_version_past_its_end_is_refused() -> None:
    assert findings("1") == [
        Finding(
            "TW501",
            "Engine 1 is past its standard support",
            ("engine_version",),
            "1, which ended on 2026-01-31",
            "2 (to 2027-01-31), 3 (to 2028-01-31), 4",
            "upgrade; extended support is charged by the hour",
        )
    ]


def test_a_version_near_its_end_is_warned_of_with_the_date() -> None:
    (finding,) = findings("2", datetime.date(2026, 8, 4))
    assert (finding.code, finding.warning, finding.given) == ("TW502", True, "2, which ends on 2027-01-31")


def test_the_warning_begins_half_a_year_before_the_end_and_the_refusal_the_day_after_it() -> None:
    assert findings("2", datetime.date(2026, 8, 3)) == []
    assert findings("2", datetime.date(2027, 1, 31))[0].code == "TW502"
    assert findings("2", datetime.date(2027, 2, 1))[0].code == "TW501"


def test_an_unknown_version_is_refused() -> None:
    (finding,) = findings("9")
    assert (finding.code, finding.given, finding.fix) == ("TW503", "9", "choose one of these")


def test_a_version_without_an_announced_end_passes() -> None:
    assert findings("4") == []

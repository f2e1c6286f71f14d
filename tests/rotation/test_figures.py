"""The page shows what was kept, and the picture is drawn from it."""

from __future__ import annotations

from tests.rotation.figures import PAGE, PICTURE, changes, shortened, written
from tests.rotation.sampler import Record, Sample


def test_the_page_and_the_picture_are_those_of_the_figures() -> None:
    text, drawn = written(PAGE.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == text
    assert PICTURE.read_text(encoding="utf-8") == drawn


def record(*ready: int, promised: int = 2) -> Record:
    return Record([Sample(float(at), {"web": one}, {"web": promised}) for at, one in enumerate(ready)])


def test_a_record_says_how_long_nobody_was_ready() -> None:
    found = record(2, 1, 0, 0, 2)
    assert found.least_ready("web") == 0
    assert found.seconds_without("web") == 2
    assert found.seconds_below("web") == 3
    assert found.broken_promises() == {"web": 0}
    assert record(2, 2).broken_promises() == {}


def test_only_changes_are_kept() -> None:
    assert changes(record(2, 2, 1, 1, 2), "web") == [[0, 2], [2, 1], [4, 2]]


def test_what_differs_from_run_to_run_is_left_out() -> None:
    assert shortened("shop-web-595c7d6756-j6nf8 could not be drained") == "shop-web could not be drained"

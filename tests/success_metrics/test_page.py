"""The page shows what was kept, the drawing is of a seed, and the timelines count what they say."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter

from success_metrics.__main__ import FOLDER
from success_metrics.bars import missed
from success_metrics.draw import NOTHING, drawn
from success_metrics.faults import FAULTS
from success_metrics.page import PAGE, PICTURE, kept, written
from success_metrics.picture import picture
from success_metrics.sampler import Timeline, Watched


def test_the_page_and_its_picture_show_what_is_kept() -> None:
    text, drawing = written(PAGE.read_text(encoding="utf-8"), kept(FOLDER))
    assert text == PAGE.read_text(encoding="utf-8"), "python -m success_metrics write"
    assert drawing == PICTURE.read_text(encoding="utf-8"), "python -m success_metrics write"


def test_a_wrong_ending_is_counted_and_not_called_right() -> None:
    outcomes = [
        {"fault": "broken-image", "ending": ending, "struck": True} for ending in ("new", "returned", "mended", "wrong")
    ]
    found = {"requirement": {}, "twinstack": {"deployments": outcomes}}
    text, _ = written(PAGE.read_text(encoding="utf-8"), found)
    assert "| image does not exist | 4 | – | – | – | 2 | 1 | 1 |" in text
    assert "over 99 % | – | 2 of 4 |" in text
    assert "by the same command once more | | – | 3 of 4 |" in text


def test_the_moments_without_a_pod_are_drawn() -> None:
    case = {
        "seconds": 10.0, "least": 0, "seconds without": 2.0, "marks": [[1, "deploy"]], "figures": {},
        "serving": {"web": [[0, 2], [4, 0], [6, 2]]},
    }  # fmt: skip
    drawing = picture([("a change", case, None)], "web", ("theirs", "ours"))
    ElementTree.fromstring(drawing)
    assert "no pod for 2 s" in drawing
    assert "not played" in drawing
    assert drawing.count("#c62828") == 2


def test_each_fault_is_drawn_as_often_as_the_others_and_the_same_by_the_same_seed() -> None:
    faults = drawn(100, 13)
    counts = Counter(faults)
    assert len(faults) == 100
    assert {counts[key] for key in FAULTS} == {6}
    assert counts[NOTHING] == 100 - 6 * len(FAULTS)
    assert faults == drawn(100, 13)
    assert faults != drawn(100, 14)
    assert len(set(drawn(10, 13))) == 10


def test_a_timeline_knows_the_least_and_for_how_long_it_was() -> None:
    line = Timeline()
    for moment, ready, serving in ((0, 0, 0), (1, 2, 2), (5, 2, 1), (7, 1, 1), (8, 2, 2)):
        line.note(moment, ready, serving)
    assert line.changes == [(0, 0), (1, 2), (7, 1), (8, 2)]
    assert line.serving == [(0, 0), (1, 2), (5, 1), (8, 2)]
    watched = Watched({"web": line}, seconds=10)
    assert watched.least("web") == 0
    assert watched.least("web", since=2) == 1
    assert watched.seconds_below("web", 2) == 4
    assert watched.seconds_below("web", 1) == 1


def test_what_this_product_does_not_hold_is_told() -> None:
    good = {"seconds without": 0, "seconds below budget": 0, "figures": {}}
    assert list(missed({"scenario drain": good, "deployments": [{"ending": "mended"}]})) == []
    bad = {
        "seconds without": 2.0,
        "seconds below budget": 3.5,
        "figures": {"until the last good version is whole": None},
    }
    kept_lines = {
        "kills": [{"ending": "wrong", "number": 7, "fault": "client-killed", "finding": "a lease"}],
        "scenario drain": bad,
        "scenario load-step": {**good, "figures": {"until the decision": 31.0}},
    }
    assert list(missed(kept_lines)) == [
        "kills, 7 (client-killed): a lease",
        "every node drained in turn: no endpoint for 2 s",
        "every node drained in turn: under the disruption budget for 3.5 s",
        "every node drained in turn: the last good version is whole after no s, not 300",
        "a step of load: decided after 31 s, not 30",
    ]

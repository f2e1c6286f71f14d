"""The matrix covers every pair, what cannot be together is refused, and two of its cases are rehearsed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.matrix import NO_WAY_OUT, QUESTIONS, REFUSED, Case, Matrix, all_pairs, cases, pairs_of
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.testing import Twins

CASES = cases()
NEVER = {(("network", NO_WAY_OUT), ("nodes", "groups"))}
"""No edge is left for the two: what serves one without Auto Mode goes to the internet."""


def test_every_two_choices_that_can_be_together_are_in_one_of_few_cases() -> None:
    covered = {pair for case in CASES for pair in pairs_of(case)}
    assert covered == all_pairs()
    questions = list(QUESTIONS)
    every = {
        ((one, here), (other, there))
        for index, one in enumerate(questions)
        for other in questions[index + 1 :]
        for here in QUESTIONS[one]
        for there in QUESTIONS[other]
    }
    assert every - covered == set(REFUSED) | NEVER
    assert len(CASES) <= 30


@pytest.fixture(scope="module")
def matrix(api_server: ControlPlane, twin: Twins, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    found = Matrix(api_server, twin.product, tmp_path_factory.mktemp("matrix"), workers=1)
    yield found
    found.close()


def of(edge: str) -> Case:
    """The first case of an edge."""
    return next(case for case in CASES if case["edge"] == edge)


@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask")
class TestOnRealTools:
    def test_every_case_is_loaded_and_what_cannot_be_together_is_refused(self, matrix: Matrix) -> None:
        for case in CASES:
            assert matrix.load(case, "case")
        assert list(matrix.refusals()) == []

    def test_a_gateway_of_each_server_is_taken(self, matrix: Matrix) -> None:
        rows = matrix.run([of("gateway with Envoy"), of("gateway, own controller")], lambda _: None)
        assert [row.problems for row in rows] == [[], []]
        assert all(row.resources and row.objects for row in rows)


def test_the_make_target_is_there() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert "tests.rehearsal.matrix" in makefile

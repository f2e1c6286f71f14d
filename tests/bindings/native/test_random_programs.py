"""Random programs: the native engine makes what node makes, or refuses; TWINSTACK_RANDOM_PROGRAMS says how many."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings

from tests.bindings.native.random_programs import PROGRAMS, Program
from tests.bindings.native.test_equality import differing_lines

if TYPE_CHECKING:
    from tests.bindings.native.conftest import Engine

HOW_MANY = int(os.environ.get("TWINSTACK_RANDOM_PROGRAMS", "60"))
LARGEST_REFUSED_PART = 0.55 if HOW_MANY >= 1000 else 0.8
"""A native engine that refused everything would make nothing wrong. A half of these programs use something that is left
to node: tokens where texts belong, None and False in functions, patches of places that are not there. Of a few programs
more may: which ones Hypothesis makes up depends on the modules that are loaded, also without chance.
"""


def test_random_programs_make_the_same(engines: tuple[Engine, Engine]) -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=HOW_MANY, derandomize=HOW_MANY < 100, suppress_health_check=[*HealthCheck], database=None)
    @given(PROGRAMS)
    def make(program: Program) -> None:
        native, node = (engine.answer(program) for engine in engines)
        (how,) = native.keys() - {"words"}
        counted[how] += 1
        if how == "made":
            assert "made" in node, node
            assert differing_lines(native["made"], node["made"]) == []
        elif how == "raised":
            assert "raised" in node, native

    make()
    assert counted["made"] > 0, counted
    assert counted["refused"] <= LARGEST_REFUSED_PART * counted.total(), counted

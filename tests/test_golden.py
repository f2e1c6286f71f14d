"""The output of every environment is what was reviewed. `make golden` accepts a change, and git shows it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.golden_output import FOLDER, VARIANTS, contents, synthesize


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("golden") / "output"
    synthesize(output)
    return output


@pytest.mark.parametrize("variant", VARIANTS)
def test_output_is_what_was_reviewed(fresh: Path, variant: str) -> None:
    reviewed, made = contents(FOLDER / variant), contents(fresh / variant)
    assert sorted(made) == sorted(reviewed)
    changes = [
        line
        for name in made
        if made[name] != reviewed[name]
        for line in difflib.unified_diff(
            reviewed[name].splitlines(), made[name].splitlines(), name, name, lineterm="", n=1
        )
    ]
    assert not changes, "\n".join(
        ["the output changed; if it is right: make golden, and review the diff", *changes[:80]]
    )

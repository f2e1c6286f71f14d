"""The benchmark of changes compares what it says: by pairs, and the former commit with its own code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import changes
from benchmarks.__main__ import main
from benchmarks.measure import Run


def of(seconds: float) -> Run:
    return Run(seconds, seconds, 0)


def test_a_bar_is_the_median_of_the_ratios_within_each_pair() -> None:
    (check, *_) = changes._pairs(Path("/former"), Path("/now"))
    bar = check.bar([(of(1), of(1.1)), (of(10), of(30)), (of(2), of(2.2))])
    assert (round(bar.value, 6), bar.wanted, bar.held) == (1.1, 1.2, True)
    assert not check.bar([(of(1), of(1.3))]).held


def test_each_ratio_that_is_promised_is_measured() -> None:
    pairs = changes._pairs(Path("/former"), Path("/now"))
    assert [(one.second.command[3], one.wanted) for one in pairs] == [("check", 1.2), ("rehearse", 2.2)]
    assert [pair.first.folder for pair in pairs] == [Path("/former"), changes.ROOT]
    assert [pair.second.folder for pair in pairs] == [Path("/now"), changes.ROOT]
    assert all(pair.first.command[:3] == pair.second.command[:3] for pair in pairs)


def test_a_part_that_there_is_not_is_refused() -> None:
    assert main(["chances"]) == 2


@pytest.mark.slow
def test_the_former_commit_runs_its_own_code() -> None:
    if subprocess.run(
        ["git", "cat-file", "-e", changes.BEFORE_FACTS], cwd=changes.ROOT, capture_output=True
    ).returncode:
        pytest.skip("the commit is not here")
    with changes.former(changes.BEFORE_FACTS) as former:
        (check, *_) = changes._pairs(former, former)
        where = subprocess.run(
            [changes.PYTHON, "-c", "import twinstack, stacks; print(twinstack.__file__, stacks.__file__)"],
            cwd=former, env={"PATH": "", **check.first.variables}, capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        assert [Path(one).is_relative_to(former) for one in where] == [True, True]
        assert not (former / "constructs/twinstack/policy/judgement.py").exists(), "no rules at synthesis yet"
    assert not former.exists()

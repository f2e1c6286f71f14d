"""The same input gives the same bytes, wherever, whenever and by whomever it is made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twinstack.bindings import activate

ROOT = Path(__file__).parents[1]
PROGRAM = """\
import datetime, pathlib, sys
from twinstack.bindings import activate
activate(pathlib.Path(sys.argv[1]))
from stacks import product
from twinstack.environment import Half
from twinstack.synthesis import write
loaded = product.load_all(today=datetime.date.fromisoformat(sys.argv[2]))
print(sum(len(one.warnings) for one in loaded))
here = pathlib.Path.cwd()
write(product, loaded, {Half.INFRASTRUCTURE: here / "cdktf.out", Half.WORKLOADS: here / "dist"}, tuple(Half))
"""


def synthesize(folder: Path, day: str, **variables: str) -> tuple[str, dict[str, bytes]]:
    """A clone of the product in its folder, synthesized by a process of its own: what it said, and its files."""
    folder.mkdir(parents=True)
    for name in ("stacks", "environments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    home = folder / "home of somebody"
    home.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT), day],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    files = [path for part in ("cdktf.out", "dist") for path in (folder / part).rglob("*") if path.is_file()]
    return run.stdout.strip(), {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.slow
def test_place_home_zone_language_hash_seed_and_day_do_not_enter_the_output(tmp_path: Path) -> None:
    activate(ROOT)
    warnings, first = synthesize(tmp_path / "a", "2026-11-24", TZ="Asia/Tokyo", LANG="C", PYTHONHASHSEED="0")
    later_warnings, second = synthesize(
        tmp_path / "another" / "place with spaces",
        "2027-06-30",
        TZ="America/Lima",
        LANG="tr_TR.UTF-8",
        PYTHONHASHSEED="4242",
    )
    assert len(first) > 30
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert warnings != later_warnings, "the days differ in what they warn of, so that the test sees a warning leak"
    for name, text in first.items():
        assert str(tmp_path).encode() not in text, name

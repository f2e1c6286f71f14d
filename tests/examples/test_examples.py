"""The examples are what another team would write: their own tests pass, and they stay within what was promised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.starting.lent import Lend

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("example", "product"),
    [("acme_cron", ""), ("acme_policy", ""), ("acme_queue", "reports"), ("reports", "reports")],
)
def test_its_own_tests_pass(example: str, product: str, lend_bindings: Lend) -> None:
    """Each names the product that it is about, but where it makes one of its own or needs none."""
    if product:
        lend_bindings(EXAMPLES / product)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        ".",
    ]
    ran = subprocess.run(
        command, cwd=EXAMPLES / example, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."}
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("files", "most"),
    [
        ("reports/*.py reports/reports/*.py", 60),
        ("acme_queue/acme_queue/[!_]*.py", 150),
        ("acme_policy/acme_policy/*.py", 50),
        ("acme_cron/acme_cron/[!_]*.py", 90),
    ],
)
def test_it_is_as_short_as_it_was_promised(files: str, most: int) -> None:
    found = [file for pattern in files.split() for file in EXAMPLES.glob(pattern)]
    lines = [line for file in found for line in file.read_text(encoding="utf-8").splitlines()]
    assert 10 < len(lines) <= most

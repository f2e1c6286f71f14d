"""The OpenAPI document is true: schemathesis, quick here and longer by `python -m tests.contract`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.contract import PROGRAM, problems

EXAMPLES = 30
"""Of each operation: some ten seconds."""


def test_what_the_document_says_holds_for_right_and_wrong_requests(stack: Stack) -> None:
    if not Path(PROGRAM).exists():
        pytest.skip("not installed: schemathesis")
    assert problems(stack, EXAMPLES, PROGRAM) == ""

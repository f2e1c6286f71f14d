"""In which order the tests run, where slow ones do too."""

from __future__ import annotations

from pathlib import Path
from typing import Final


def place(file: Path, *, has_slow: bool) -> tuple[bool, bool]:
    """Sorts files: those of the longest folders come first, then the others with something slow."""
    return not (has_slow and file.parent in LONGEST), not has_slow


_TESTS: Final = Path(__file__).parent
LONGEST: Final = frozenset({_TESTS / "success_metrics", _TESTS / "delivery" / "whole", _TESTS / "rotation"})
"""Folders whose slow tests take minutes each: begun last, one of them would be all that runs for as long."""

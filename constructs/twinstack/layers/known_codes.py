"""Which codes there are: read from the library's own sources, where alone they are given out, and only when one is doubted."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import twinstack


@cache
def known_codes() -> frozenset[str]:
    """Every code that the library can find something by."""
    sources = Path(twinstack.__file__).parent.rglob("*.py")
    return frozenset(code for file in sources for code in re.findall(r'"(TW[0-9]{3})"', file.read_text("utf-8")))

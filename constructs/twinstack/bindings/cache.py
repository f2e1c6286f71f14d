"""Where the library keeps what it has found out on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """The library's folder in the user's cache. None for a user without a home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named, "twinstack")
    home = os.environ.get("HOME", "")
    inner = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    return Path(home, *inner, "twinstack") if Path(home).is_absolute() else None

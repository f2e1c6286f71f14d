"""The HTTP client, loaded for the one protocol that is spoken here."""

from __future__ import annotations

import sys
from typing import Any


def load_http() -> None:
    """Loads httpcore without HTTP/2, which comes with it and which nobody here asks for.

    That takes a tenth of a deployment's time when nothing is new, and megabytes of tables. Whoever loads it later finds it.
    """
    modules: dict[str, Any] = sys.modules
    if "h2" in modules or "httpcore2" in modules:
        return
    # Source: Python documentation, "The module cache": None there says that a module cannot be imported.
    modules["h2"] = None
    try:
        import httpcore2  # noqa: F401
    finally:
        del modules["h2"]

"""The engine in Python: what stands in for cdktf, cdk8s and their classes, without node.

It gives byte for byte what cdktf 0.21 and cdk8s 2.70 give, and refuses at once what it does not know (`UnsupportedError`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["start"]


def start(archives: Mapping[str, Path]) -> None:
    """Puts the engine in the place of the wheels with these archives. Once a process.

    Raises BindingsError where a wheel is not as expected.
    """
    from twinstack.bindings.native.finder import install, is_installed
    from twinstack.bindings.native.tables.store import tables

    if not is_installed():
        install(tables(archives))

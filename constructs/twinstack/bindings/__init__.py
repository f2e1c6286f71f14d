"""The generated bindings, trimmed to what a program uses: ten times quicker to load, the same output.

Importing this loads neither jsii nor anything outside the standard library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from twinstack.bindings.overlay import Report, add_module, ensure, tarballs
from twinstack.bindings.scan import PROVIDER

__all__ = ["Report", "activate", "rebuild"]


def activate(root: Path) -> None:
    """Makes `imports/` fit the program in `root`, puts it first on the path, and starts the engine. Once a process.

    With TWINSTACK_BINDINGS=stock the installed wheels are used as they are. Raises BindingsError where they are not
    installed.
    """
    if os.environ.get(MODE) == "stock" or any(isinstance(finder, _Missing) for finder in sys.meta_path):
        return
    from twinstack.bindings.engine import start

    report = ensure(root)
    if report.rebuilt and sys.stderr.isatty():
        print(f"bindings rebuilt in {report.seconds:.1f} s", file=sys.stderr)  # noqa: T201  progress, for a person only
    sys.path.insert(0, str(report.folder))
    sys.meta_path.append(_Missing(root))
    if "jsii" not in sys.modules:
        start(report.folder, tarballs(report.folder))


def rebuild(root: Path) -> Report:
    """Builds `imports/` anew, whatever is there."""
    return ensure(root, force=True)


class _Missing:
    """Asked last for a module: a provider submodule that the scan could not see is built in, and the program begun anew.

    The kernel has loaded the assembly by then and cannot take another, so only a new process can go on.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        parts = name.split(".")
        if parts[0] != PROVIDER or len(parts) != 2 or parts[1].startswith("_"):  # noqa: PLR2004
            return
        from twinstack.bindings.overlay import _site

        if (_site() / PROVIDER / parts[1]).is_dir() and os.environ.get(AGAIN) != name:
            add_module(self.root, parts[1])
            os.environ[AGAIN] = name
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same program again


MODE: Final = "TWINSTACK_BINDINGS"
AGAIN: Final = "TWINSTACK_STARTED_AGAIN_FOR"

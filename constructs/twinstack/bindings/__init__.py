"""The generated bindings, trimmed to what a program uses: ten times quicker to load, the same output.

Importing this loads neither jsii nor anything outside the standard library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from twinstack.bindings.overlay import Report, add_module, archives, ensure, has_module
from twinstack.bindings.scan import PROVIDER
from twinstack.errors import BindingsError, UsageError

__all__ = ["Report", "activate", "rebuild"]


def activate(root: Path) -> None:
    """Makes `imports/` fit the program in `root`, puts it first on the path, and starts the engine. Once a process.

    TWINSTACK_BINDINGS says which engine: node on `imports/`, stock (the installed wheels as they are), native (in
    Python, without node). Raises BindingsError where the wheels are not installed, MissingToolError where there is no
    node, UsageError for a variable that says what is not to be had.
    """
    mode = os.environ.get(MODE) or NODE
    if mode not in MODES:
        raise UsageError(f"{MODE} is {mode!r}: unset it, or set it to {', '.join(MODES[:-1])} or {MODES[-1]}")
    if any(isinstance(finder, _Missing) for finder in sys.meta_path):
        return
    if mode == NATIVE:
        from twinstack.bindings import native

        native.start(archives())
        return
    from twinstack.bindings.engine import start
    from twinstack.bindings.node import prepare

    node = prepare(root / CACHE)
    if mode == STOCK:
        return
    report = ensure(root)
    sys.path.insert(0, str(report.folder))
    sys.meta_path.append(_Missing(root))
    if "jsii" not in sys.modules:
        start(node, root / CACHE, report.loads)


def rebuild(root: Path) -> Report:
    """Builds `imports/` anew, whatever is there."""
    return ensure(root, force=True)


class _Missing:
    """Asked last for a module: a provider submodule that the scan could not see is built in, and the program begun anew.

    The kernel has loaded the assembly by then and cannot take another, so only a new process can go on. Where this is
    not the program's own process (a test runner's), the next run finds the module.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target
        package, _, module = name.partition(".")
        if (
            package != PROVIDER
            or not module
            or "." in module
            or os.environ.get(AGAIN) == name
            or not has_module(module)
        ):
            return
        add_module(self.root, module)
        if "pytest" in sys.modules:
            raise BindingsError(f"{name} was not in imports/, since no source names it; it is now: run the tests again")
        sys.stdout.flush()
        sys.stderr.flush()
        os.environ[AGAIN] = name
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same program again


MODE: Final = "TWINSTACK_BINDINGS"
NODE: Final = "node"
NATIVE: Final = "native"
STOCK: Final = "stock"
MODES: Final = (NATIVE, NODE, STOCK)
AGAIN: Final = "TWINSTACK_STARTED_AGAIN_FOR"
CACHE: Final = ".imports-cache"
"""The unpacked kernel and V8's compiled code, kept when imports/ is built anew."""

"""The engines that make both halves: in Python, or on node with bindings that are trimmed to what a program uses.

Importing this loads neither an engine nor anything outside the standard library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twinstack.bindings.again import AGAIN, begin_again
from twinstack.bindings.wheels import PROVIDER
from twinstack.errors import BindingsError, UsageError

if TYPE_CHECKING:
    from twinstack.bindings.overlay import Report

__all__ = ["Report", "activate", "rebuild"]


def activate(root: Path) -> None:
    """Starts the engine of the program in `root`, before anything of cdktf or cdk8s is imported. Once a process.

    TWINSTACK_BINDINGS says which: `native` (in Python, without node), `node` (on `imports/`, which is made to fit the
    program and put first on the path), `stock` (the installed wheels as they are). Unless it does, the commands,
    `main.py` and pytest begin on the native one and go over to node by themselves; any other process is on node. Where
    node, or a wheel that it needs, is not installed, each is on the native one and stays there.

    Raises MissingToolError where node is asked for and is not installed, BindingsError for a wheel that is not as expected
    (UnsupportedError: for one that the native engine was not compared with), UsageError for a variable that says what is
    not to be had.
    """
    if any(isinstance(finder, _Missing) for finder in sys.meta_path) or activate_native(root):
        return
    from twinstack.bindings.engine import start
    from twinstack.bindings.node import prepare
    from twinstack.bindings.overlay import ensure
    from twinstack.bindings.wheels import required

    required()
    node = prepare(root / CACHE)
    if os.environ.get(MODE) == STOCK:
        return
    report = ensure(root)
    sys.path.insert(0, str(report.folder))
    sys.meta_path.append(_Missing(root))
    if "jsii" not in sys.modules:
        start(node, root / CACHE, report.loads)


def activate_native(root: Path) -> bool:
    """Starts the native engine where `activate` would; whether it is there. Raises as `activate` does."""
    mode = os.environ.get(MODE)
    if mode and mode not in MODES:
        raise UsageError(f"{MODE} is {mode!r}: unset it, or set it to {', '.join(MODES[:-1])} or {MODES[-1]}")
    if _is_native():
        return True
    if mode and mode != NATIVE:
        return False
    from twinstack.bindings.choice import start_native

    return start_native(root, is_asked_for=mode == NATIVE)


def expected_engine(root: Path) -> str:
    """On which engine a command begins for the program in `root`, in words, and why it is not the native one."""
    from twinstack.bindings.choice import why_not_native

    if mode := os.environ.get(MODE):
        return f"{mode}, as {MODE} says"
    why = why_not_native(root)
    return f"node, for {why}" if why else NATIVE


def rebuild(root: Path) -> Report:
    """Builds `imports/` anew, whatever is there."""
    from twinstack.bindings.overlay import ensure

    return ensure(root, force=True)


def _is_native() -> bool:
    finder = sys.modules.get("twinstack.bindings.native.finder")
    return finder is not None and finder.is_installed()


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
        if package != PROVIDER or not module or "." in module or os.environ.get(AGAIN) == name:
            return
        from twinstack.bindings.overlay import add_module, has_module

        if not has_module(module):
            return
        add_module(self.root, module)
        if "pytest" in sys.modules:
            raise BindingsError(f"{name} was not in imports/, since no source names it; it is now: run the tests again")
        begin_again(name)


def __getattr__(name: str) -> Any:
    if name == "Report":
        from twinstack.bindings.overlay import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


MODE: Final = "TWINSTACK_BINDINGS"
NODE: Final = "node"
NATIVE: Final = "native"
STOCK: Final = "stock"
MODES: Final = (NATIVE, NODE, STOCK)
CACHE: Final = ".imports-cache"
"""The unpacked kernel and V8's compiled code, kept when imports/ is built anew."""

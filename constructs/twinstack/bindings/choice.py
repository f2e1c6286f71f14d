"""Whether a run begins on the native engine: where nobody chose, it was compared with the wheels that are installed, if any, and
the program needs no node as known, or there is none.

That a program needs node is noted in the user's cache, by the file whose line asked for more than the native engine
does. As long as that file stays as it is, the program begins on node at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from twinstack.bindings.again import TESTS, may_begin_again, runs_tests
from twinstack.bindings.cache import cache_folder
from twinstack.bindings.native.unsupported import REFUSED, Need, unsupported
from twinstack.bindings.node import why_no_node
from twinstack.errors import TwinstackError
from twinstack.fresh_file import replace_file


def start_native(root: Path, *, is_asked_for: bool) -> bool:
    """Starts the native engine for the program in `root`; whether it did.

    Where it is asked for, or nothing else is installed, it starts or raises: UnsupportedError for what cannot be made as
    node makes it.
    """
    if is_asked_for or why_no_node():
        _start()
        return True
    if not may_begin_again() or known_need(root) is not None:
        return False
    try:
        _start()
    except TwinstackError:
        return False  # node says better what is missing
    _GUESSED.append(root)
    return True


def _start() -> None:
    from twinstack.bindings import native
    from twinstack.bindings.wheels import archives

    if loaded := _loaded():
        raise unsupported(Need(f"{loaded} was imported before twinstack.bindings.activate"))
    found = archives()
    if why_not := native.why_not(found):
        raise unsupported(Need(why_not))
    native.start(found)


def why_not_native(root: Path) -> str:
    """Why a command does not begin on the native engine for the program in `root`, as far as it is known."""
    from twinstack.bindings import native
    from twinstack.bindings.wheels import archives

    if why_no_node():
        return ""
    if need := known_need(root):
        return str(need)
    try:
        return native.why_not(archives())
    except TwinstackError as error:
        return str(error)


def must_begin_again(error: BaseException | None) -> bool:
    """Whether node has the last word, where this run began on the native engine by itself and ended with `error`, or well.

    What was refused is noted for the next run. Of an error that may be the engine's rather than the program's nothing is
    noted: on node it is the program's.
    """
    if not _GUESSED:
        return False
    return noted_need() is not None or _may_be_the_engines(error)


def noted_need() -> Need | None:
    """What was refused first where this run began on the native engine by itself; it is noted for the next run."""
    if not _GUESSED or not REFUSED:
        return None
    root, need = _GUESSED[0], REFUSED[0]
    file = _note(root, TESTS if runs_tests() else "")
    if file is not None:
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = {"what": need.what, "file": need.file, "line": need.line, "digest": _digest(root, need.file)}
            replace_file(file, json.dumps(content))
    return need


def _may_be_the_engines(error: BaseException | None) -> bool:
    if "constructs" not in sys.modules:
        return False
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__
    if any(getattr(one, "is_certain", False) for one in chain):
        return False
    return any(isinstance(one, Exception) and not isinstance(one, TwinstackError | OSError) for one in chain)


def known_need(root: Path) -> Need | None:
    """Why the program in `root` needs node, as an earlier run of the same code found; None where nothing is known.

    Its tests may need it where it does not, and are noted apart.
    """
    of_tests = _known_need(root, TESTS) if runs_tests() else None
    return of_tests or _known_need(root, "")


def _known_need(root: Path, whose: str) -> Need | None:
    file = _note(root, whose)
    if file is None:
        return None
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        need = Need(str(found["what"]), str(found["file"]), int(found["line"]))
        return need if found["digest"] == _digest(root, need.file) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _loaded() -> str:
    """An engine that is there already, on which the process has to stay."""
    return next((name for name in ("jsii", "constructs", "cdktf", "cdk8s") if name in sys.modules), "")


def _note(root: Path, whose: str) -> Path | None:
    """Where it is noted for the program in `root`, or for its tests. None for a user without a home."""
    folder = cache_folder()
    return (
        folder
        and folder / "needs-node" / f"{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]}{whose}.json"
    )


def _digest(root: Path, file: str) -> str:
    """Of the file whose line it was, or of the whole program; and of the engine, which may have learned it."""
    from twinstack.bindings.scan import python_files

    found = hashlib.sha256(f"{GENERATION}\0{os.environ.get('PYTHONPATH', '')}\0".encode())
    for one in [Path(file)] if file else python_files([root]):
        found.update(f"{one}\0".encode())
        found.update(one.read_bytes())
    return found.hexdigest()


GENERATION: Final = 2
"""Grows with what the native engine does."""
_GUESSED: Final[list[Path]] = []
"""The program's folder, where the native engine is only a guess."""

"""What `twinstack add` changes, told file by file."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., None]


def texts(folder: Path) -> dict[str, str]:
    found = (
        path for path in folder.rglob("*") if path.suffix in {".py", ".yaml", ".json"} and "imports" not in path.parts
    )
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in found}


def difference(before: dict[str, str], after: dict[str, str], ending: str = "") -> dict[str, list[str]]:
    """The lines that went (-) and came (+), file by file."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        lines = difflib.ndiff(before.get(name, "").splitlines(True), after.get(name, "").splitlines(True))
        changed = [line.rstrip("\n") for line in lines if line[0] in "+-"]
        if changed and name.endswith(ending):
            found[name] = changed
    return found

"""`twinstack local`: writes the local stack from the environment object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twinstack.cli.assignment import read_assignments
from twinstack.cli.files import put_files
from twinstack.cli.render import emit, emit_json, report_problems
from twinstack.product import Product


def local(product: Product[Any], name: str, *, assignments: Sequence[str], check: bool, as_json: bool) -> bool:
    """Writes each file that differs, or with `check` only says which do. False where `check` found any."""
    from twinstack.local import files_of

    (loaded,) = product.load_all((name,), set=read_assignments(assignments) or None)
    report_problems(loaded.warnings)
    files = files_of(loaded.environment)
    differing = {path: text for path, text in files.items() if _held(product.root / path) != text.encode()}
    if not check:
        put_files({product.root / path: text for path, text in differing.items()})
    if as_json:
        emit_json({"differing": [str(path) for path in differing], "written": not check})
    elif check:
        for path in differing:
            emit([(f"{path} differs from what environments/ says: run `twinstack local {name}`", "bold red")])
    else:
        for path in differing:
            emit([(str(path), "cyan")])
        emit([(f"{len(differing)} files written" if differing else "nothing has changed", "bold green")])
    return not (check and differing)


def _held(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None

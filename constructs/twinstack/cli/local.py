"""`twinstack local`: writes the local stack from the environment object."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from twinstack.cli.assignment import read_assignments
from twinstack.cli.files import put_files
from twinstack.cli.render import emit, emit_json, number, report_problems
from twinstack.errors import UsageError
from twinstack.local.origin import ORIGIN
from twinstack.product import Product


def local(
    product: Product[Any], name: str, *, assignments: Sequence[str], check: bool, force: bool, as_json: bool
) -> bool:
    """Writes each file that differs, or with `check` only says which do. False where `check` found any.

    Raises UsageError, unless with `force`, where a file stands in the way that it did not write.
    """
    from twinstack.local import files_of

    (loaded,) = product.load_all((name,), set=read_assignments(assignments) or None)
    if loaded.warnings:
        report_problems(loaded.warnings)
    files = files_of(loaded.environment)
    differing = {path: text for path, text in files.items() if _held(product.root / path) != text.encode()}
    if not check:
        if not force and (foreign := [path for path in differing if _is_foreign(product.root / path)]):
            raise UsageError(
                f"{', '.join(map(str, foreign))}: not written by `twinstack local`, and would be overwritten: nothing was "
                "written: move what is yours to another file (of compose.yaml to compose.override.yaml), or give --force"
            )
        put_files({product.root / path: text for path, text in differing.items()}, product.root)
    if as_json:
        emit_json({"differing": [str(path) for path in differing], "written": not check})
    elif check:
        for path in differing:
            emit([(f"{path} differs from what environments/ says: run `twinstack local {name}`", "bold red")])
    else:
        for path in differing:
            emit([(str(path), "cyan")])
        emit([(f"{number(differing, 'file')} written" if differing else "nothing has changed", "bold green")])
    return not (check and differing)


def _held(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _is_foreign(file: Path) -> bool:
    """Whether it holds something without the mark of what this command writes."""
    text = (_held(file) or b"").decode("utf-8", "replace").strip()
    if file.suffix == ".json":  # which takes no comment
        return bool(text) and not _DASHBOARD.search(text)
    return bool(text) and not text.startswith(ORIGIN.strip())


_DASHBOARD: Final = re.compile(r'"tags":\s*\[\s*"twinstack"')

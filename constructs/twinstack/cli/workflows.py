"""`twinstack workflows`: writes .github/ from the environments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twinstack.cli.files import put_files
from twinstack.cli.render import emit, emit_json, number, report_problems
from twinstack.errors import UsageError
from twinstack.product import Product


def workflows(product: Product[Any], *, check: bool, force: bool, as_json: bool) -> bool:
    """Writes each file that differs, or with `check` only says which do. False where `check` found any.

    Raises UsageError, unless with `force`, where a file stands in the way that it did not write.
    """
    from twinstack.delivery.workflows import files_of
    from twinstack.delivery.workflows.files import ORIGIN

    loaded = product.load_all()
    if warnings := [problem for one in loaded for problem in one.warnings]:
        report_problems(warnings)
    files = files_of(loaded, product.root)
    differing = {path: text for path, text in files.items() if _held(product.root / path) != text}
    if not check:
        foreign = [
            path for path in differing if not (_held(product.root / path) or ORIGIN).startswith(ORIGIN.split(":")[0])
        ]
        if foreign and not force:
            raise UsageError(
                f"{', '.join(map(str, foreign))}: not written by `twinstack workflows`, and would be overwritten: nothing was "
                "written: rename what is yours, or give --force"
            )
        put_files({product.root / path: text for path, text in differing.items()}, product.root)
    if as_json:
        emit_json({"differing": [str(path) for path in differing], "written": not check})
    elif check:
        for path in differing:
            emit([(f"{path} differs from what environments/ says: run `twinstack workflows`", "bold red")])
    else:
        for path in differing:
            emit([(str(path), "cyan")])
        emit([(f"{number(differing, 'file')} written" if differing else "nothing has changed", "bold green")])
    return not (check and differing)


def _held(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None

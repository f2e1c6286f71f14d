"""`twinstack synth`: writes the Terraform JSON and the Kubernetes YAML."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twinstack.cli.assignment import read_assignments
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit, emit_json, number, report_problems, table
from twinstack.environment.spec import Half
from twinstack.product import each_once


def synth(
    names: Sequence[str],
    *,
    half: str | None,
    version: str | None,
    assignments: Sequence[str],
    as_json: bool,
) -> None:
    """Writes the halves of the environments and shows the files. Nothing is written where anything is wrong."""
    start = time.perf_counter()
    product = find_product_with_engine()
    from twinstack.quotas import advice
    from twinstack.synthesis import MANIFESTS_FOLDER, TERRAFORM_FILE, TERRAFORM_FOLDER, write

    loaded = product.load_all(names, set=read_assignments(assignments) or None, version=version)
    if warnings := each_once(warning for one in loaded for warning in one.warnings):
        report_problems(warnings)
    folders = {
        Half.INFRASTRUCTURE: product.root / TERRAFORM_FOLDER,
        Half.WORKLOADS: product.root / MANIFESTS_FOLDER,
    }
    files = write(product, loaded, folders, (Half(half),) if half else tuple(Half), tell=report_problems)
    stacks = {file.parent.name: json.loads(file.read_bytes()) for file in files if file.name == TERRAFORM_FILE}
    if quotas := advice(stacks):
        report_problems(quotas)
    seconds = time.perf_counter() - start
    if as_json:
        written = [{"file": _shown(file), "bytes": file.stat().st_size} for file in files]
        emit_json({"files": written, "seconds": round(seconds, 3)})
        return
    table(("file", "size"), [((_shown(file), "cyan"), _size(file.stat().st_size)) for file in files])
    emit([(f"{number(files, 'file')} in {seconds:.1f} s", "bold green")])


def _shown(file: Path) -> str:
    return os.path.relpath(file)


def _size(size: int) -> str:
    return f"{size:>5} B  " if size < _KIB else f"{size / _KIB:>5.1f} KiB"


_KIB: Final = 1024

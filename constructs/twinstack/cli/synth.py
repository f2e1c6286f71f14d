"""`twinstack synth`: writes the Terraform JSON and the Kubernetes YAML."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from twinstack.cli.assignment import read_assignments
from twinstack.cli.project import find_product_with_engine, find_reference
from twinstack.cli.render import emit, emit_json, number, report_problems, table
from twinstack.environment.spec import Half
from twinstack.errors import UsageError
from twinstack.product import each_once

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


def synth(
    names: Sequence[str],
    *,
    half: str | None,
    version: str | None,
    assignments: Sequence[str],
    as_json: bool,
    watch: bool = False,
) -> None:
    """Writes the halves of the environments and shows the files. Nothing is written where anything is wrong.

    With `watch` it does so again at every change, and ends by KeyboardInterrupt.
    """
    start = time.perf_counter()
    set_ = read_assignments(assignments) or None
    if watch:
        if as_json:
            raise UsageError("--watch prints lines for a person, again and again: leave out --json, or --watch")
        _watch(names, half, set_, version)
    product = find_product_with_engine()
    loaded = product.load_all(names, set=set_, version=version)
    if warnings := each_once(warning for one in loaded for warning in one.warnings):
        report_problems(warnings)
    files = made(product, loaded, half)
    report_quotas(product, loaded, half)
    seconds = time.perf_counter() - start
    if as_json:
        written = [{"file": _shown(file), "bytes": file.stat().st_size} for file in files]
        emit_json({"files": written, "seconds": round(seconds, 3)})
        return
    table(("file", "size"), [((_shown(file), "cyan"), _size(file.stat().st_size)) for file in files])
    emit([(f"{number(files, 'file')} in {seconds:.1f} s", "bold green")])


def made(product: Product[Any], loaded: Sequence[Loaded[Any]], half: str | None) -> Sequence[Path]:
    """Makes both halves of environments, or one, in the product's folder, and shows the warnings about them; the files."""
    from twinstack.synthesis import MANIFESTS_FOLDER, TERRAFORM_FOLDER, write

    folders = {
        Half.INFRASTRUCTURE: product.root / TERRAFORM_FOLDER,
        Half.WORKLOADS: product.root / MANIFESTS_FOLDER,
    }
    return write(product, loaded, folders, (Half(half),) if half else tuple(Half), tell=report_problems)


def report_quotas(product: Product[Any], loaded: Sequence[Loaded[Any]], half: str | None) -> None:
    """Shows what AWS may refuse of the stacks of these environments together."""
    from twinstack.quotas import advice
    from twinstack.synthesis import TERRAFORM_FILE, TERRAFORM_FOLDER

    if half == Half.WORKLOADS:
        return
    stacks = [one.environment.stack_id for one in loaded]
    files = {one: product.root / TERRAFORM_FOLDER / "stacks" / one / TERRAFORM_FILE for one in stacks}
    if problems := advice({one: json.loads(file.read_bytes()) for one, file in files.items()}):
        report_problems(problems)


def _watch(names: Sequence[str], half: str | None, set_: Mapping[str, Any] | None, version: str | None) -> NoReturn:
    from twinstack.bindings import activate_native
    from twinstack.cli.watch import Work, watch, watch_on_node

    reference, root = find_reference()
    if not activate_native(root):
        watch_on_node(root)
    watch(Work(reference, root, names, half, set_, version))


def _shown(file: Path) -> str:
    return os.path.relpath(file)


def _size(size: int) -> str:
    return f"{size:>5} B  " if size < _KIB else f"{size / _KIB:>5.1f} KiB"


_KIB: Final = 1024

"""Turns loaded environments into files: everything is made first, then every file is put in its place."""

from __future__ import annotations

import importlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.environment.spec import Half
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.environment.load import Loaded
    from twinstack.product import Product


def synthesize(
    product: Product[Any],
    names: Sequence[str] = (),
    *,
    halves: Sequence[Half] = tuple(Half),
    set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
    version: str | None = None,
    output: Path | None = None,
) -> Sequence[Path]:
    """Writes the halves of the named environments (all, unless given) and returns the files.

    The infrastructure half goes to `cdktf.out/stacks/{stack}/cdk.tf.json`, the workloads half to
    `dist/{stack}/*.k8s.yaml`, both under `output` (the product's root). Raises ConfigurationError and
    ConstructionError; nothing is written then.
    """
    loaded = product.load_all(names, set=set, version=version)
    root = output or product.root
    return write(product, loaded, {Half.INFRASTRUCTURE: root / TERRAFORM_FOLDER, Half.WORKLOADS: root / MANIFESTS_FOLDER}, halves)


def write(
    product: Product[Any], loaded: Sequence[Loaded[Any]], folders: Mapping[Half, Path], halves: Sequence[Half]
) -> Sequence[Path]:
    """Makes the halves of loaded environments in a temporary folder beside each target, then moves them in."""
    environments = [one.environment for one in loaded]
    makers = {Half.INFRASTRUCTURE: _make_infrastructure, Half.WORKLOADS: _make_workloads}
    staged: list[tuple[Path, Path]] = []
    try:
        for half in halves:
            folder = folders[half]
            folder.mkdir(parents=True, exist_ok=True)
            stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=folder))
            staged.append((stage, folder))
            makers[half](product, environments, stage)
        return [path for stage, folder in staged for path in _move(stage, folder)]
    finally:
        for stage, _ in staged:
            shutil.rmtree(stage, ignore_errors=True)


def _make_infrastructure(product: Product[Any], environments: Sequence[Environment], stage: Path) -> None:
    kind = _half_class(product, product.infrastructure, Half.INFRASTRUCTURE)
    cdktf = importlib.import_module("cdktf")
    app = cdktf.App(outdir=str(stage), context=dict(FEATURE_FLAGS))
    for environment in environments:
        kind(app, environment).close()
    app.synth()


def _make_workloads(product: Product[Any], environments: Sequence[Environment], stage: Path) -> None:
    kind = _half_class(product, product.workloads, Half.WORKLOADS)
    cdk8s = importlib.import_module("cdk8s")
    render = importlib.import_module("twinstack.kubernetes.manifests").render
    app = cdk8s.App(outdir=str(stage))
    for environment in environments:
        folder = stage / environment.stack_id
        folder.mkdir()
        for name, text in render(kind(app, environment)).items():
            (folder / name).write_text(text, encoding="utf-8")


def _half_class(product: Product[Any], reference: str | None, half: Half) -> Any:
    if reference is None:
        raise UsageError(f"this product names no {half} half: give Product({half}=…)")
    return product.half(reference)


def _move(stage: Path, folder: Path) -> Iterator[Path]:
    """Replaces what an earlier run made, file by file; what others keep beside it (.terraform, an override) stays."""
    made = sorted(path.relative_to(stage) for path in stage.rglob("*") if path.is_file())
    for parent in {folder / path.parent for path in made if path.name.endswith(MANIFEST_SUFFIX)}:
        for old in parent.glob(f"*{MANIFEST_SUFFIX}"):
            if old.relative_to(folder) not in made:
                old.unlink()
    for path in made:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (stage / path).replace(target)
        yield target


TERRAFORM_FOLDER = "cdktf.out"
MANIFESTS_FOLDER = "dist"
MANIFEST_SUFFIX = ".k8s.yaml"
STAGE_PREFIX = ".synth-"
FEATURE_FLAGS: Mapping[str, str] = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}
"""The same as in cdktf.json, which only the cdktf command line reads: without them ids differ and resources are replaced."""

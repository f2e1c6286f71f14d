"""Turns loaded environments into files: everything is made first, then every file is put in its place."""

from __future__ import annotations

import importlib
import json
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.alone import alone_in
from twinstack.environment.dumper import dump
from twinstack.environment.spec import Half
from twinstack.errors import ConstructionError, UsageError
from twinstack.policy.judgement import Made, refuse
from twinstack.quotas import inspect
from twinstack.regular_file import leads_out_of
from twinstack.state.blocks import with_blocks
from twinstack.state.declared import read_declared
from twinstack.surroundings import advice_for

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.errors import Problem
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


def write(
    product: Product[Any],
    loaded: Sequence[Loaded[Any]],
    folders: Mapping[Half, Path],
    halves: Sequence[Half],
    *,
    tell: Callable[[Sequence[Problem]], object] | None = None,
) -> Sequence[Path]:
    """Writes the halves of loaded environments, each into its folder of `folders`, and returns the files.

    The infrastructure half becomes `stacks/{stack}/cdk.tf.json`, the workloads half `{stack}/*.k8s.yaml`. Everything is
    made in a temporary folder beside each target and then moved in: nothing is written where anything fails. `tell` is given
    the warnings about what was made. Raises ConstructionError for a half that is composed wrongly, ConfigurationError where
    a rule finds what AWS or Kubernetes refuses, UsageError for a half that the product does not name.
    """
    environments = [one.environment for one in loaded]
    makers = {Half.INFRASTRUCTURE: _make_infrastructure, Half.WORKLOADS: _make_workloads}
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    outputs: dict[Half, Mapping[str, Any]] = {}
    for half in halves:
        _require_inside(folders[half], folders[half].parent)
        _sweep(folders[half])
    try:
        for half in halves:
            folder = folders[half]
            if not folder.exists():
                folder.mkdir(parents=True)
                made.append(folder)
            stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=folder))
            staged.append((stage, folder))
            outputs[half] = makers[half](product, environments, stage)
        warnings = refuse(loaded, _by_stack(outputs))
        if tell and warnings:
            tell(warnings)
        with ExitStack() as stack:
            # One folder may have two names; who waits for the second would wait for himself.
            alone = {(status.st_dev, status.st_ino): folder for _, folder in staged for status in [folder.stat()]}
            for _, folder in sorted(alone.items()):
                # So that what stands there is of one run.
                stack.enter_context(alone_in(folder))
            for stage, folder in staged:
                for parent in sorted({path.parent for path in _made(stage)}):
                    _require_inside(folder / parent, folder)
            return [path for stage, folder in staged for path in _move(stage, folder)]
    except SystemExit as error:
        raise ConstructionError("the product's own code ended the program (sys.exit) while it was composed") from error
    except OSError as error:
        advice = advice_for(error.errno)
        reason = f"{error.strerror or error}{f': {advice}' if advice else ''}"
        raise UsageError(f"{error.filename or 'the output'} cannot be written: {reason}") from error
    finally:
        for stage, _ in staged:
            shutil.rmtree(stage, ignore_errors=True)
        for folder in made:
            if not any(folder.iterdir()):
                folder.rmdir()


@dataclass(frozen=True, slots=True)
class Output:
    """Where both halves of environments were made for a while."""

    folders: Mapping[Half, Path]

    def stack(self, environment: Environment) -> Path:
        """The folder with an environment's cdk.tf.json."""
        return self.folders[Half.INFRASTRUCTURE] / "stacks" / environment.stack_id

    def manifests(self, environment: Environment) -> Path:
        """The folder with an environment's manifests."""
        return self.folders[Half.WORKLOADS] / environment.stack_id


@contextmanager
def synthesized(
    product: Product[Any],
    loaded: Sequence[Loaded[Any]],
    halves: Sequence[Half] = tuple(Half),
    *,
    tell: Callable[[Sequence[Problem]], object] | None = None,
) -> Generator[Output]:
    """Both halves in a temporary folder, for a look at them that leaves nothing behind. Raises as `write` does."""
    with tempfile.TemporaryDirectory(prefix="twinstack-") as base:
        folders = {half: Path(base) / half for half in Half}
        write(product, loaded, folders, halves, tell=tell)
        yield Output(folders)


def _require_inside(folder: Path, outer: Path) -> None:
    """Raises UsageError where a link takes one folder out of the other: Git can carry a link to anywhere."""
    if leads_out_of(folder, outer):
        raise UsageError(
            f"{folder} leads out of {outer} by a link, and nothing is written there: make it a folder, and link from "
            "elsewhere to it"
        )


def _sweep(folder: Path) -> None:
    """Removes what a run that was killed has left, once it is old enough to be nobody's."""
    for left in folder.glob(f"{STAGE_PREFIX}*") if folder.is_dir() else ():
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _make_infrastructure(
    product: Product[Any], environments: Sequence[Environment], stage: Path
) -> dict[str, Mapping[str, Any]]:
    """Terraform's JSON by stack, as it was written."""
    outputs: dict[str, Mapping[str, Any]] = {}
    kind = _half_class(product, product.infrastructure, Half.INFRASTRUCTURE)
    cdktf = importlib.import_module("cdktf")
    # cdktf would run `terraform version` for every `moved` block, and fail where there is no Terraform: making the
    # output needs none, and what Terraform has to be is written in the output (`required_version`).
    app = cdktf.App(outdir=str(stage), context=dict(FEATURE_FLAGS), skip_validation=True)
    for environment in environments:
        kind(app, environment).close()
    app.synth()
    for environment in environments:
        document = stage / "stacks" / environment.stack_id / TERRAFORM_FILE
        made = json.loads(document.read_bytes())
        inspect(made, environment.stack_id)
        declared = read_declared(product.root, environment.name)
        told = with_blocks(made, declared, account=environment.account, region=environment.region)
        if told != made:
            document.write_text(json.dumps(dict(sorted(told.items())), indent=2, ensure_ascii=False), encoding="utf-8")
        outputs[environment.stack_id] = told
    return outputs


def _make_workloads(
    product: Product[Any], environments: Sequence[Environment], stage: Path
) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The manifests by stack, in the order of the files, as they were written."""
    outputs: dict[str, Sequence[Mapping[str, Any]]] = {}
    kind = _half_class(product, product.workloads, Half.WORKLOADS)
    cdk8s = importlib.import_module("cdk8s")
    parts_of = importlib.import_module("twinstack.kubernetes.manifests").parts
    app = cdk8s.App(outdir=str(stage))
    for environment in environments:
        folder = stage / environment.stack_id
        folder.mkdir()
        parts: Mapping[str, Sequence[Mapping[str, Any]]] = parts_of(kind(app, environment))
        for name, members in parts.items():
            (folder / name).write_text(dump(members), encoding="utf-8")
        outputs[environment.stack_id] = [one for _, members in sorted(parts.items()) for one in members]
    return outputs


def _by_stack(outputs: Mapping[Half, Mapping[str, Any]]) -> dict[str, Made]:
    stacks = dict.fromkeys(stack_id for made in outputs.values() for stack_id in made)
    return {one: Made(**{half.value: made[one] for half, made in outputs.items()}) for one in stacks}


def _half_class(product: Product[Any], reference: str | None, half: Half) -> Any:
    if reference is None:
        raise UsageError(f"this product names no {half} half: give Product({half}=…)")
    base = getattr(importlib.import_module(f"twinstack.{half.module}"), half.capitalize())
    found = product.half(reference)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise UsageError(f'Product({half}="{reference}") is no class derived from {half.module}.{base.__name__}')
    return found


def _move(stage: Path, folder: Path) -> Iterator[Path]:
    """Replaces what an earlier run made, file by file, but for what is the same; what others keep beside it (.terraform, an
    override) stays.
    """
    _keep_other_stacks(stage / INDEX, folder / INDEX)
    made = _made(stage)
    for parent in {folder / path.parent for path in made if path.name.endswith(MANIFEST_SUFFIX)}:
        for old in parent.glob(f"*{MANIFEST_SUFFIX}"):
            if old.relative_to(folder) not in made:
                old.unlink()
    for path in made:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not _is_the_same(stage / path, target):
            (stage / path).replace(target)
        yield target


def _is_the_same(made: Path, there: Path) -> bool:
    """Whether a file is there already, as it was made: whoever looks at its time then sees that nothing has changed."""
    try:
        status = there.lstat()
        return (
            stat.S_ISREG(status.st_mode)
            and status.st_size == made.stat().st_size
            and (there.read_bytes() == made.read_bytes())
        )
    except OSError:
        return False


def _made(stage: Path) -> Sequence[Path]:
    return sorted(path.relative_to(stage) for path in stage.rglob("*") if path.is_file())


def _keep_other_stacks(fresh: Path, kept: Path) -> None:
    """Keeps the stacks of earlier runs that still stand in cdktf's index, which names those of one run only."""
    if not fresh.is_file():
        return
    index = json.loads(fresh.read_text(encoding="utf-8"))
    standing = {
        name: one for name, one in _stacks(kept).items() if (kept.parent / one["synthesizedStackPath"]).is_file()
    }
    index["stacks"] = dict(sorted({**standing, **index["stacks"]}.items()))
    fresh.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _stacks(index: Path) -> dict[str, Any]:
    """What an index names; nothing where there is none, or a damaged one, which is then made anew."""
    try:
        stacks: dict[str, Any] = json.loads(index.read_text(encoding="utf-8"))["stacks"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return stacks


TERRAFORM_FOLDER = "cdktf.out"
TERRAFORM_FILE = "cdk.tf.json"
INDEX = "manifest.json"
MANIFESTS_FOLDER = "dist"
MANIFEST_SUFFIX = ".k8s.yaml"
STAGE_PREFIX = ".synth-"
ABANDONED_SECONDS = 600
FEATURE_FLAGS: Mapping[str, str] = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}
"""The same as in cdktf.json, which only the cdktf command line reads: without them ids differ and resources are replaced."""

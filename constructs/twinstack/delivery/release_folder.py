"""The folder of a release: made beside its place and moved in whole, and compared with what was written down of it.

release.json       what it is, and the digest of every file (`Release`)
infrastructure/    cdk.tf.json, .terraform.lock.hcl, release.plan, plan.json
workloads/         *.k8s.yaml
workloads.json     what a server-side dry run would change
change.svg         who uses what, with what the release does; not where nothing changes, nor of one half alone
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from twinstack.delivery import digest
from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.regular_file import read_regular
from twinstack.surroundings import said


@contextmanager
def new_release_folder(target: Path) -> Generator[Path]:
    """A folder to fill, which is moved to `target` on leaving; an error leaves what stood there as it was.

    A release that stands there is replaced, and anything else is refused: raises UsageError for that, and for a place
    that cannot be written.
    """
    _require_free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=target.parent))  # for its owner alone
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {said(error)}") from error
    try:
        yield stage
        _move(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def copy_halves(stage: Path, outputs: Mapping[str, Path]) -> None:
    """Copies what `twinstack synth` made into a release: the folder with cdk.tf.json, that with the manifests.

    `outputs` has each half's folder by its name. What else lies there (Terraform's own folder, a state) is nobody's
    release. Raises UsageError where a half was never made.
    """
    for half, folder in outputs.items():
        found = sorted(path for pattern in OUTPUTS[half] for path in folder.glob(pattern))
        if not found:
            raise UsageError(f"{folder} holds no {' or '.join(OUTPUTS[half])}: run `twinstack synth` first")
        (stage / half).mkdir()
        for path in found:
            (stage / half / path.name).write_bytes(read_regular(path))


def protect(folder: Path) -> None:
    """Takes the folder from everybody but its owner: Terraform's plan is in it."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def files_of(folder: Path) -> dict[str, str]:
    """The digest of each file, by its path in the folder, without that of release.json."""
    return {name: digest.of_bytes(read_regular(path)) for name, path in _paths(folder) if name != RELEASE_FILE}


def read_json(folder: Path) -> dict[str, Any]:
    """What release.json holds. Raises ConfigurationError where there is none, or no such document (TW961)."""
    path = folder / RELEASE_FILE
    try:
        document = json.loads(read_regular(path, LARGEST_DOCUMENT))
    except (OSError, ValueError) as error:
        reason = said(error) if isinstance(error, OSError) else "a document that is not JSON"
        raise ConfigurationError([_no_release(path, reason)]) from error
    if not isinstance(document, dict):
        raise ConfigurationError([_no_release(path, "a document that is no object")])
    return document


def compare(folder: Path, written: Mapping[str, str]) -> Iterator[Problem]:
    """Every file that is not the one written down, that is missing, or that was added."""
    seen = dict(_paths(folder))
    for name, path in seen.items():
        if name == RELEASE_FILE:
            continue
        if name not in written:
            yield _not_as_planned(path, "was added")
        elif path.is_symlink() or not path.is_file():
            yield _not_as_planned(path, "is no file any more")
        else:
            try:
                if digest.of_bytes(read_regular(path)) != written[name]:
                    yield _not_as_planned(path, "was changed")
            except OSError as error:
                yield _not_as_planned(path, f"cannot be read: {said(error)}")
    for name in written:
        if name not in seen:
            yield _not_as_planned(folder / name, "is missing")


def _paths(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everything but folders, links to folders included: nothing of a release lies behind one."""
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*names, *links]):
            path = here / name
            yield path.relative_to(folder).as_posix(), path


def _sweep(folder: Path) -> None:
    """Removes what a plan that was killed has left, once it is old enough to be nobody's: a plan of Terraform is in it."""
    for left in folder.glob(f"{STAGE_PREFIX}*"):
        with suppress(OSError):
            if not left.is_symlink() and time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _require_free(target: Path) -> None:
    try:
        status = target.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {said(error)}") from error
    if not stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{target} is no folder: name one that is not there yet")
    if not (target / RELEASE_FILE).is_file() and any(target.iterdir()):
        raise UsageError(f"{target} holds something that is no release: name a folder that is not there yet")


def _move(stage: Path, target: Path) -> None:
    """Puts the new one in the place of the old. Whoever is killed in between leaves no release, never half of one."""
    former = Path(f"{stage}.former")
    try:
        if target.exists():
            target.rename(former)
        stage.rename(target)
    except OSError as error:
        if former.exists() and not target.exists():
            former.rename(target)
        raise UsageError(f"{target} cannot be written: {said(error)}") from error
    finally:
        shutil.rmtree(former, ignore_errors=True)


def _no_release(path: Path, given: str) -> Problem:
    return Problem(
        "TW961",
        "a folder that holds no release",
        location=Location(str(path)),
        given=given,
        allowed="a folder that `twinstack plan --out` wrote",
        fix="plan again, and deploy what that writes",
    )


def _not_as_planned(path: Path, what: str) -> Problem:
    return Problem(
        "TW960",
        "a release is not what was planned",
        location=Location(str(path)),
        given=f"{path.name} {what}",
        allowed="the folder as `twinstack plan` wrote it",
        fix="plan again, and deploy what that writes",
    )


RELEASE_FILE: Final = "release.json"
INFRASTRUCTURE: Final = "infrastructure"
WORKLOADS: Final = "workloads"
WORKLOADS_JSON: Final = "workloads.json"
STAGE_PREFIX: Final = ".release-"
ABANDONED_SECONDS: Final = 24 * 60 * 60
LARGEST_DOCUMENT: Final = 4 * 2**20
OUTPUTS: Final = {INFRASTRUCTURE: ("cdk.tf.json",), WORKLOADS: ("*.k8s.yaml",)}
"""What of each half's folder is the product's, by pattern."""
PLAN_FILE: Final = "release.plan"
"""Terraform's saved plan, in the folder of the infrastructure half."""
PLAN_JSON: Final = "plan.json"
"""The same as `show -json` says it, without secret values."""

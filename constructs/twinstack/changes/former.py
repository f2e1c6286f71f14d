"""What a change is compared with: the former outputs of an environment, wherever they are.

| given | means |
|---|---|
| `nothing` | no outputs: a first release |
| a folder with `release.json` | the release that `twinstack plan --out` wrote there |
| any other folder | outputs that were kept: `cdktf.out/stacks/STACK/cdk.tf.json`, `dist/STACK/*.k8s.yaml` |
| a branch, tag or commit | that revision of the product, synthesized |
| a version or a number | a release that the cluster remembers, where the caller can ask it |

Tried in this order. A version that is also a tag means the tag: it needs no cluster, and has both halves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from twinstack.changes.revision import Repository, no_outputs
from twinstack.delivery.release_folder import RELEASE_FILE
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Problem, TwinstackError
from twinstack.product import BASE, FOLDER
from twinstack.synthesis import MANIFESTS_FOLDER, TERRAFORM_FILE, TERRAFORM_FOLDER

if TYPE_CHECKING:
    from twinstack.delivery.record import Record
    from twinstack.delivery.records import Records
    from twinstack.environment.base import Environment


class Source(Protocol):
    """What a product has to be for its former outputs to be found; a `twinstack.Product` is."""

    @property
    def root(self) -> Path:
        """The folder that holds `environments/`."""
        ...

    def load(self, name: str, /) -> Environment:
        """An environment."""
        ...


@dataclass(frozen=True, slots=True)
class Outputs:
    """Both halves of one environment, as they were made once."""

    label: str
    """What they are, for people: `main (9f3c2e1a04)`, `release 1.4.2`."""
    stack: dict[str, Any]
    """cdk.tf.json, parsed; empty for nothing, and for a half that was not asked for."""
    manifests: list[dict[str, Any]]
    """Every object, in the order of the files; of one that the cluster remembers in the order it was applied."""
    folder: Path | None = None
    """The folder that cdk.tf.json lies in, with whatever belongs to it, while the context lasts; None where there is none."""
    root: Path | None = None
    """The folder whose `environments/` they were made of, while the context lasts; None where nobody knows."""
    commit: str = ""
    """The commit that they were made of; empty where nobody knows."""
    acknowledged: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """By the key of a spec, what its YAML acknowledges, with the reasons; of today's outputs."""


@contextmanager
def former(
    product: Source,
    environment: str,
    against: str,
    *,
    halves: Sequence[Half] = tuple(Half),
    version: str | None = None,
    records: Callable[[], Records] | None = None,
) -> Generator[Outputs]:
    """The former outputs of an environment, while the context lasts.

    `version` is the release that a revision is synthesized as (the one that the environment or TWINSTACK_VERSION says
    unless given); `records` asks the cluster which releases it remembers, and is called only where a name is nothing else.

    Raises ConfigurationError for a name that means nothing (TW385), outside of Git or where the revision lacks the product
    (TW386), and where what is named has no outputs of a half that was asked for (TW387).
    """
    place = Path(against).expanduser()
    if against == NOTHING:
        yield Outputs(NOTHING, {}, [])
    elif place.is_dir():
        if (place / RELEASE_FILE).is_file():
            with _release(product, place, environment, halves) as found:
                yield found
        else:
            yield _kept(product, environment, place, halves)
    else:
        with _named(product, environment, against, halves, version, records) as found:
            yield found


@contextmanager
def _named(
    product: Source,
    environment: str,
    against: str,
    halves: Sequence[Half],
    version: str | None,
    records: Callable[[], Records] | None,
) -> Generator[Outputs]:
    repository = Repository.of(product.root)
    commit = repository.find(against)
    if commit:
        with repository.synthesized(commit, environment, halves=halves, version=version) as root:
            made = outputs_of(label_of(against, commit), *_folders(root, environment, None), halves)
            yield replace(made, root=root, commit=commit)
        return
    remembered, known = _remembered(records, against)
    record = _record(remembered, against) if remembered else None
    if remembered is None or record is None:
        raise ConfigurationError([repository.unknown(against, more=known)])
    manifests = [dict(one.data) for one in remembered.manifests(record)] if Half.WORKLOADS in halves else []
    label = f"release {record.number}, {record.version}"
    # The cluster remembers what was wanted of it, and of the infrastructure only which commit it was made of.
    made_of = str(record.release.get("revision", ""))
    found = "" if record.release.get("dirty") else repository.find(made_of) if made_of else ""
    if Half.INFRASTRUCTURE not in halves:
        with repository.layers(found) as root:
            yield Outputs(label, {}, manifests, root=root, commit=found)
        return
    if not found:
        raise ConfigurationError([_no_infrastructure(record, made_of)])
    with repository.synthesized(found, environment, halves=(Half.INFRASTRUCTURE,), version=record.version) as root:
        one = outputs_of(label, *_folders(root, environment, None), (Half.INFRASTRUCTURE,))
        yield Outputs(label, one.stack, manifests, one.folder, root, found)


def label_of(name: str, commit: str) -> str:
    """What a commit is called, for people: `main (9f3c2e1a04)`."""
    return name if commit.startswith(name) else f"{name} ({commit[:_SHORT]})"


def _remembered(records: Callable[[], Records] | None, against: str) -> tuple[Records | None, Sequence[str]]:
    """What the cluster remembers, and in words what that is. It is asked only for what may be a version or a number."""
    if records is None or not any(character.isdigit() for character in against):
        return None, ()
    try:
        found = records()
    except TwinstackError as error:
        return None, (f"the cluster could not be asked: {str(error).splitlines()[0]}",)
    return found, (f"remembered by the cluster: {_listed(found)}",)


def _record(records: Records, against: str) -> Record | None:
    """By its number, or the newest that succeeded with this version."""
    if against.isdecimal() and (found := records.numbered(int(against))) is not None:
        return found
    return next((one for one in reversed(records.all) if one.version == against and one.status == "succeeded"), None)


def _listed(records: Records) -> str:
    return ", ".join(f"{one.number} ({one.version})" for one in reversed(records.all)) or "no release"


@contextmanager
def _release(product: Source, folder: Path, environment: str, halves: Sequence[Half]) -> Generator[Outputs]:
    """Raises ConfigurationError also for a folder that is not as it was planned (TW960, TW961)."""
    from twinstack.delivery.release import Release

    release = Release.read(folder)
    if release.environment != environment:
        raise ConfigurationError([_of_another(folder, release.environment, environment)])
    if missing := [str(half) for half in halves if half not in release.halves]:
        raise ConfigurationError([_without(folder / RELEASE_FILE, missing, release.halves)])
    infrastructure, workloads = (folder / str(half) for half in Half)
    made = outputs_of(f"release {release.version} ({folder})", infrastructure, workloads, halves)
    repository = repository_of(product) if release.revision and not release.dirty else None
    commit = repository.find(release.revision) if repository else ""
    if repository is None or not commit:
        yield made
        return
    with repository.layers(commit) as root:
        yield replace(made, root=root, commit=commit)


def repository_of(product: Source) -> Repository | None:
    """That of a product; None outside of one, and without Git: a folder can be compared with all the same."""
    try:
        return Repository.of(product.root)
    except TwinstackError:
        return None


def _kept(product: Source, environment: str, folder: Path, halves: Sequence[Half]) -> Outputs:
    stack = product.load(environment).stack_id
    made = outputs_of(str(folder), *_folders(folder, environment, stack), halves)
    # In a checkout of the product the layers stand beside what was made of them.
    return replace(made, root=folder) if (folder / FOLDER / f"{BASE}.yaml").is_file() else made


def _folders(root: Path, environment: str, stack: str | None) -> tuple[Path, Path]:
    """Where the halves of one stack lie: the one that stands there, where a revision made nothing else."""
    stacks, manifests = root / TERRAFORM_FOLDER / "stacks", root / MANIFESTS_FOLDER
    if stack is None:
        made = sorted({one.name for folder in (stacks, manifests) if folder.is_dir() for one in folder.iterdir()})
        stack = made[0] if len(made) == 1 else environment
    return stacks / stack, manifests / stack


def outputs_of(label: str, infrastructure: Path, workloads: Path, halves: Sequence[Half]) -> Outputs:
    """What lies in the folder of a stack and in that of its manifests. Raises ConfigurationError (TW387, TW940)."""
    from twinstack.delivery.folder import read_manifests

    stack: dict[str, Any] = {}
    if Half.INFRASTRUCTURE in halves:
        stack = _stack(infrastructure)
    manifests: list[dict[str, Any]] = []
    if Half.WORKLOADS in halves:
        if not workloads.is_dir():
            raise ConfigurationError([_without(workloads, [str(Half.WORKLOADS)], _beside(workloads))])
        manifests = [dict(one.data) for one in read_manifests(workloads)]
    return Outputs(label, stack, manifests, infrastructure if stack else None)


def _stack(folder: Path) -> dict[str, Any]:
    file = folder / TERRAFORM_FILE
    try:
        document: Any = json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigurationError([_without(file, [str(Half.INFRASTRUCTURE)], _beside(folder))]) from error
    except ValueError as error:
        raise ConfigurationError([_no_document(file, str(error))]) from error
    if not isinstance(document, dict):
        raise ConfigurationError([_no_document(file, f"a {type(document).__name__}")])
    return cast("dict[str, Any]", document)


def _beside(folder: Path) -> Sequence[str]:
    return sorted(one.name for one in folder.parent.iterdir() if one.is_dir()) if folder.parent.is_dir() else ()


def _without(place: Path, missing: Sequence[str], there: Sequence[str]) -> Problem:
    return no_outputs(
        place=place,
        given=f"no {' and no '.join(missing)}",
        allowed=f"there is {', '.join(there)}" if there else "cdktf.out/ and dist/ as `twinstack synth` wrote them",
        fix="give what has both halves, or ask for the half that there is",
    )


def _of_another(folder: Path, given: str, wanted: str) -> Problem:
    return no_outputs(
        place=folder,
        given=f"a release of {given}",
        allowed=f"a release of {wanted}",
        fix=f"give a release of {wanted}, or ask about {given}",
    )


def _no_document(file: Path, given: str) -> Problem:
    return no_outputs(
        place=file,
        given=given,
        allowed="the JSON that `twinstack synth` wrote",
        fix="give a folder in which nothing was changed by hand",
    )


def _no_infrastructure(record: Record, revision: str) -> Problem:
    said = f"{revision[:_SHORT]}{', with changes that nobody committed' if record.release.get('dirty') else ''}"
    return no_outputs(
        given=f"release {record.number} was made of {said if revision else 'no commit'}, which is not here",
        allowed="a release of a commit of this repository",
        fix="fetch the commit, give the folder of the release, or ask for the workloads alone",
    )


NOTHING: Final = "nothing"
_SHORT: Final = 10

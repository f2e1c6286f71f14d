"""A release made of an environment at a version: both halves synthesized, planned against what stands, written down."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twinstack.delivery.cluster import connect, known
from twinstack.delivery.cluster_identity import planned_cluster
from twinstack.delivery.folder import read_manifests
from twinstack.delivery.holder import Holder
from twinstack.delivery.infrastructure import Infrastructure
from twinstack.delivery.release import Release
from twinstack.delivery.release_folder import WORKLOADS_JSON, copy_halves, new_release_folder
from twinstack.environment.spec import Half
from twinstack.fresh_file import write_private

if TYPE_CHECKING:
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.engine import Look
    from twinstack.delivery.infrastructure_plan import InfrastructurePlan
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.release import ClusterIdentity
    from twinstack.errors import Problem
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@dataclass(frozen=True)
class Planned:
    """A release that lies in its folder, and what it would do."""

    release: Release
    folder: Path
    infrastructure: InfrastructurePlan | None
    """None for a release without this half."""
    look: Look | None
    """What differs in the cluster; None where it could not be looked at."""
    unseen: str = ""
    """Why it could not."""
    warnings: tuple[Problem, ...] = ()
    """What a person should know of its coming after the release that stands."""
    is_first: bool = False
    """Whether the release makes its own cluster, so that all its objects are new."""

    @property
    def is_empty(self) -> bool:
        """Whether deploying it would change nothing."""
        return (self.infrastructure is None or self.infrastructure.is_empty) and (
            Half.WORKLOADS not in self.release.halves or (self.look is not None and not self.look.differs)
        )


def nothing_beside(planned: Planned) -> Mapping[str, str]:
    """No further files."""
    del planned
    return {}


def plan(
    product: Product[Any],
    loaded: Loaded[Any],
    folder: Path,
    *,
    halves: Sequence[Half],
    context: Context,
    progress: Progress,
    beside: Callable[[Planned], Mapping[str, str]] = nothing_beside,
) -> Planned:
    """Makes the release of a loaded environment in `folder`, and looks what it would change.

    `beside` is told of the release while its folder is filled, and gives the texts of further files by their names.

    Raises ConfigurationError for what is wrong with it, InfrastructureError for what Terraform says, ClusterError for what
    the API server says, and UsageError where the folder holds something else. The folder is written whole or not at all.
    """
    from twinstack.delivery.engine import Look
    from twinstack.delivery.succession import seen
    from twinstack.policy.following import acknowledged_in
    from twinstack.synthesis import synthesized

    environment = loaded.environment
    revision, dirty = _revision(product.root)
    release = Release.of(
        environment,
        halves=halves,
        made_by=Holder.here().person,
        made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        revision=revision,
        dirty=dirty,
        version_from=loaded.merged.locate(("version",)),
    )
    with new_release_folder(folder) as stage:
        progress.note("synthesizing both halves")
        with synthesized(product, [loaded], halves) as output:
            places = {Half.INFRASTRUCTURE: output.stack(environment), Half.WORKLOADS: output.manifests(environment)}
            copy_halves(stage, {half: places[half] for half in halves})
        infrastructure = None
        if Half.INFRASTRUCTURE in halves:
            progress.note("planning the infrastructure")
            infrastructure = Infrastructure().plan(stage / Half.INFRASTRUCTURE, lock_file=_lock_file(product.root))
        look: Look | None = None
        unseen = ""
        warnings: tuple[Problem, ...] = ()
        is_first = False
        if Half.WORKLOADS in halves:
            manifests = read_manifests(stage / Half.WORKLOADS)
            made = None
            if infrastructure is not None:
                made = planned_cluster(infrastructure, account=release.account, region=release.region)
            elif release.cluster is not None and product.infrastructure:
                by_state = known(release.cluster, context, lambda one: _in_state(product, loaded, one, progress))
                release = replace(release, cluster=by_state)
            if made is not None:
                release = replace(release, cluster=made)
            if made is not None and not made.endpoint:
                is_first = True
                unseen = f"the cluster {made.name} is made by this release: everything in it is new"
            else:
                with connect(made or release.cluster, context) as api:
                    at = Look.at(api, release.namespace, release.stack, manifests)
                    found = seen(at, api, acknowledged=acknowledged_in(environment))
                look, unseen, warnings = found.look, found.unseen, found.warnings
        write_private(stage / WORKLOADS_JSON, json.dumps(_preview(look, unseen), indent=2) + "\n")
        planned = Planned(release, stage, infrastructure, look, unseen, warnings, is_first)
        for name, text in beside(planned).items():
            write_private(stage / name, text)
        release = release.write(stage)
    return replace(planned, release=release, folder=folder)


def _in_state(product: Product[Any], loaded: Loaded[Any], cluster: ClusterIdentity, progress: Progress) -> str:
    """The cluster's endpoint, for a release without the half that would know it."""
    from twinstack.delivery.cluster_in_state import endpoint_in_state
    from twinstack.synthesis import synthesized

    with synthesized(product, [loaded], (Half.INFRASTRUCTURE,)) as output:
        return endpoint_in_state(output.stack(loaded.environment), cluster, progress)


def _preview(look: Look | None, unseen: str) -> dict[str, Any]:
    """What a reviewer of the folder reads, and by which a deployment knows whether the cluster has moved meanwhile."""
    if look is None:
        return {"based_on": None, "unseen": unseen, "changes": [], "deleted": [], "kept": []}
    newest, shown = look.records.newest, look.as_dict()
    return {
        "based_on": newest.number if newest else 0,
        "unseen": "",
        **{name: shown[name] for name in ("changes", "deleted", "kept")},
    }


def _lock_file(root: Path) -> Path | None:
    """The product's own lock file of Terraform's providers, where it keeps one."""
    file = root / LOCK_FILE
    return file if file.is_file() else None


def _revision(root: Path) -> tuple[str, bool]:
    """The commit that is checked out, and whether anything was changed since; nothing outside of Git."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit, bool(_git(root, "status", "--porcelain"))
    except (OSError, subprocess.CalledProcessError):
        return "", False


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


LOCK_FILE: Final = ".terraform.lock.hcl"

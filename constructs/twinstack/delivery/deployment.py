"""A planned release, deployed: its infrastructure first, then its workloads, exactly as they were planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.delivery.cluster import connect, connect_to_new, known
from twinstack.delivery.digest import of_manifests
from twinstack.delivery.engine import Delivery, Ending, Outcome
from twinstack.delivery.folder import read_manifests
from twinstack.delivery.records import Records
from twinstack.delivery.release import Release
from twinstack.delivery.release_folder import INFRASTRUCTURE, WORKLOADS, WORKLOADS_JSON
from twinstack.delivery.told import telling
from twinstack.errors import StaleReleaseError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.manifest import Manifest
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.release import ClusterIdentity


@dataclass(frozen=True)
class Deployment:
    """A release's folder on its way out. Nothing is planned anew: what is stale is refused."""

    folder: Path
    context: Context
    progress: Progress
    holder: Holder
    halves: tuple[str, ...] = ()
    """Only these; all that the release has unless given."""
    destroying: frozenset[str] = frozenset()
    """What may be destroyed with what it holds: Terraform addresses, typed out."""
    take_over: bool = False
    supersede: bool = False

    def run(self) -> tuple[Release, Outcome]:
        """Deploys it. Raises ConfigurationError for a folder that is not what was planned, another account or another
        cluster, or of which the cluster cannot be told what AWS made; StaleReleaseError where something was deployed
        meanwhile; and as Infrastructure and Delivery do.
        """
        release = Release.read(self.folder)
        halves = self.halves or release.halves
        manifests = read_manifests(self.folder / WORKLOADS) if WORKLOADS in halves else ()
        if INFRASTRUCTURE in halves:
            self._apply_infrastructure(release, manifests)
        if WORKLOADS not in halves:
            return release, Outcome(Ending.SUCCEEDED)
        is_new = INFRASTRUCTURE in halves and release.cluster is not None and not release.cluster.endpoint
        # With the endpoint that Terraform knows by now, for whoever comes back by what is remembered of it.
        release = replace(release, cluster=self._cluster(release, is_new=is_new))
        with self._connected(release.cluster, is_new=is_new) as api:
            return release, self._deliver(api, release, manifests)

    def _apply_infrastructure(self, release: Release, manifests: tuple[Manifest, ...]) -> None:
        """Terraform applies the saved plan. A cluster that stands already is looked at before: what blocks the workloads
        is told before anything is changed.
        """
        from twinstack.delivery.account import require_account
        from twinstack.delivery.infrastructure import Infrastructure

        require_account(release.account, release.region)
        infrastructure = Infrastructure()
        if manifests and release.cluster and release.cluster.endpoint:
            with connect(release.cluster, self.context) as api:
                _require_fresh(self.folder, manifests, Records.read(api, release.namespace, release.stack))
        infrastructure.apply(self.folder / INFRASTRUCTURE, self.progress, destroying=self.destroying)

    def _cluster(self, release: Release, *, is_new: bool) -> ClusterIdentity | None:
        """Which cluster it is: what Terraform knows, once it has made it. A release that was planned before that, and whose
        workloads go out by themselves now, finds the endpoint in the state, if the kubeconfig says nothing of its own.
        """
        cluster, folder = release.cluster, self.folder / INFRASTRUCTURE
        if cluster is None or cluster.endpoint or not folder.is_dir():
            return cluster
        if is_new:
            from twinstack.delivery.infrastructure import Infrastructure

            return Infrastructure().cluster(folder, account=release.account, region=release.region) or cluster
        from twinstack.delivery.cluster_in_state import endpoint_in_state

        return known(cluster, self.context, lambda wanted: endpoint_in_state(folder, wanted, self.progress))

    def _connected(self, cluster: ClusterIdentity | None, *, is_new: bool) -> AbstractContextManager[ApiServer]:
        if cluster is None or not is_new:
            return connect(cluster, self.context)
        return connect_to_new(cluster, self.context, self.progress)

    def _deliver(self, api: ApiServer, release: Release, manifests: tuple[Manifest, ...]) -> Outcome:
        delivery = Delivery(
            api, release.summary, manifests, self.progress, self.holder,
            take_over=self.take_over, supersede=self.supersede,
            deadline_seconds=release.deadline_seconds, watch_seconds=release.watch_seconds, keep_releases=release.keep_releases,
        )  # fmt: skip
        seen = delivery.look()
        _require_fresh(self.folder, manifests, seen.records)
        is_applied = INFRASTRUCTURE in (self.halves or release.halves)
        told = telling(manifests, seen.live, self._outputs, is_applied=is_applied)
        return replace(delivery, telling=told).run(seen)

    def _outputs(self) -> Mapping[str, Any] | None:
        """Terraform's, as they stand in the state; None for a release without the infrastructure that could be asked."""
        from twinstack.delivery.infrastructure import Infrastructure
        from twinstack.delivery.terraform_words import CONFIGURATION

        folder = self.folder / INFRASTRUCTURE
        return Infrastructure().outputs(folder) if (folder / CONFIGURATION).is_file() else None


def _require_fresh(folder: Path, manifests: tuple[Manifest, ...], records: Records) -> None:
    """Raises StaleReleaseError where another release was begun since this one was planned.

    One whose content is the same is this one: interrupted, or returned from, and tried again.
    """
    planned: dict[str, Any] = json.loads((folder / WORKLOADS_JSON).read_text(encoding="utf-8"))
    based_on = planned.get("based_on")
    if based_on is None:
        return
    since = [one for one in records.all if one.number > based_on]
    own = of_manifests(manifests) if since else ""
    others = [one for one in since if one.digest != own]
    if others:
        raise StaleReleaseError(
            f"{folder} was planned on release {based_on or 'nothing'}, and since then came: "
            + "; ".join(f"{one.number}, {one.version}, by {one.applied_by}, {one.status}" for one in others)
            + ". Plan again, and look at what it shows."
        )

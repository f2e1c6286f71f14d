"""How an environment stands: which release, whole or not, healthy or not, who is at work on it, and what has drifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from twinstack.delivery.engine import RUN, Look
from twinstack.delivery.history import current
from twinstack.delivery.lease import holder_of
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.manifest import Identity, identity_of
from twinstack.delivery.pruning import Kept, Pruning
from twinstack.delivery.readiness import readiness
from twinstack.delivery.records import Records

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.record import Record


@dataclass(frozen=True)
class Workload:
    """What runs, and whether it is ready."""

    identity: Identity
    ready: bool
    detail: str


@dataclass(frozen=True)
class EnvironmentStatus:
    """What one look at an environment's cluster shows. Made by `EnvironmentStatus.at`."""

    records: Records
    current: Record | None
    """The release whose content should stand there; None where there is none, or the newest was left half done."""
    look: Look | None
    """What differs from it: drift. None where there is no such release."""
    workloads: tuple[Workload, ...]
    holder: str
    """Who is at work on it; empty for nobody."""

    @classmethod
    def at(cls, api: ApiServer, namespace: str, stack: str) -> EnvironmentStatus:
        """Looks. Writes nothing. Raises ClusterError."""
        records = Records.read(api, namespace, stack)
        found = current(records)
        holder = holder_of(api, namespace, lease_name(stack))
        if found is None:
            return cls(records, None, None, (), holder)
        manifests = records.manifests(found)
        # What was gone back to was applied without its Jobs, which their own time to live may have removed.
        newest = records.newest
        look = Look.at(api, namespace, stack, manifests, former=newest != found or bool(found.again))
        look = replace(look, pruning=_without_ended_jobs(look.pruning))
        return cls(records, found, look, tuple(_workloads(look)), holder)

    @property
    def is_whole(self) -> bool:
        """Whether the last release stands as it was delivered, and all that runs is ready."""
        return self.look is not None and not self.look.differs and all(one.ready for one in self.workloads)


def _without_ended_jobs(pruning: Pruning) -> Pruning:
    """Nothing has drifted where the migration of a release that was returned from came to its end only after the return.

    A Job that is at work is kept by pruning itself.
    """
    jobs = [one for one in pruning.deleted if one["kind"] == "Job"]
    over = tuple(Kept(identity_of(one), "it is over: the next release removes it") for one in jobs)
    return Pruning(tuple(one for one in pruning.deleted if one not in jobs), (*pruning.kept, *over))


def _workloads(look: Look) -> Iterator[Workload]:
    for change in look.changes:
        live = look.live.get(change.identity)
        if change.identity.kind not in _SHOWN or live is None:
            continue
        found = readiness({"apiVersion": change.manifest.api_version if change.manifest else "", **live})
        yield Workload(change.identity, found.is_ready, found.detail or str(found.standing))


_SHOWN: Final = RUN | {"Job"}

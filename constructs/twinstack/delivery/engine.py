"""The workloads half of a release, brought into the cluster: looked at, applied, waited for, kept or given back.

What happens, in order, and what stands in the cluster where the client is killed after a step:

1. look: what the cluster holds is compared with what the release declares. Where nothing differs, nothing is written.
2. lock: a Lease. Of a client that died it runs out by itself.
3. record: the release is written down as `applying`; the same command finds it, and goes on.
4. tell what Terraform alone knows of what AWS made, where a manifest asks for it; then apply and wait, in the order of the
   objects' own references: a migration to its end before what needs it.
5. prune what earlier releases listed and this one does not, now that all is healthy.
6. record: `succeeded`. Where a step fails, the last release that succeeded is applied once more, by the same steps, and
   this one is `returned`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from twinstack.delivery.changes import Change, ChangeKind, changes
from twinstack.delivery.digest import of_manifests
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.live import LiveState
from twinstack.delivery.manifest import identity_of
from twinstack.delivery.namespace import ProductNamespace
from twinstack.delivery.patience import Patient
from twinstack.delivery.pruning import Kept, Pruning, gone, prune
from twinstack.delivery.record import Status
from twinstack.delivery.records import KEPT, Records
from twinstack.delivery.release import DEADLINE_SECONDS
from twinstack.errors import ClusterError, ConfigurationError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.lease import Lease
    from twinstack.delivery.lease_object import LeaseObject
    from twinstack.delivery.manifest import Identity, JsonObject, Manifest
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.reasons import Failure
    from twinstack.delivery.record import Record
    from twinstack.delivery.records import OpenRecord
    from twinstack.delivery.told import Telling
    from twinstack.delivery.waiting import Waiter


class Ending(StrEnum):
    """How a deployment ended, where nobody stopped it."""

    NOTHING = "nothing to do"
    SUCCEEDED = "succeeded"
    RETURNED = "returned"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of a release."""

    ending: Ending
    number: int = 0
    """The release's number in the stack's history; 0 where nothing was to be done."""
    changed: tuple[Change, ...] = ()
    deleted: tuple[JsonObject, ...] = ()
    kept: tuple[Kept, ...] = ()
    """What the release does not want, and what stays nevertheless."""
    failures: tuple[Failure, ...] = ()
    """Why it failed, the cause first; empty where it did not."""
    reported: tuple[Failure, ...] = ()
    """What failed after the release, and is only told: it stands."""
    returned_to: Record | None = None
    """The release that was applied once more, whole if it is `RETURNED`; None where there was none, or no need."""


@dataclass(frozen=True)
class Look:
    """What one look at the cluster tells: what is remembered, what differs, and what is left over."""

    records: Records
    live: LiveState
    changes: tuple[Change, ...]
    pruning: Pruning

    notes: tuple[str, ...] = ()
    """What does not go back with a former release."""
    lease: LeaseObject | None = None
    """The Lease as it stood before all of this was read; None where there was none, or it was not looked at."""

    @classmethod
    def at(
        cls, api: ApiServer, namespace: str, stack: str, manifests: Sequence[Manifest], *, former: bool = False
    ) -> Look:
        """Compares the cluster with a release; `former` is one that was applied before, whose Jobs are over.

        Writes nothing. Raises ClusterError.
        """
        from twinstack.delivery.history import what_returns

        records = Records.read(api, namespace, stack)
        own = ProductNamespace(api, namespace, stack)
        # Of a first release nothing can stand in a namespace that is not there.
        absent = frozenset({namespace}) if not records.listed and own.is_absent() else frozenset[str]()
        live = LiveState.read(Patient.of(api), manifests, also=records.listed, absent=absent)
        back = what_returns(manifests, live) if former else None
        wanted = back.manifests if back else manifests
        pruning = Pruning.of(records, manifests, live)
        found = changes(wanted, live, done=_jobs_that_ended_well(records))
        return cls(records, live, found, pruning, back.notes if back else ())

    def examined(self, api: ApiServer) -> Look:
        """The same with the server's own word on each change, by a dry run of these alone.

        Raises ConfigurationError with everything that it refuses.
        """
        from twinstack.delivery.dry_run import examine

        found = examine(Patient.of(api), self.changes)
        if found.problems:
            raise ConfigurationError(found.problems)
        return replace(self, changes=found.changes, notes=(*self.notes, *found.notes))

    @property
    def to_do(self) -> tuple[Change, ...]:
        """What differs from the release."""
        return tuple(change for change in self.changes if change.writes)

    @property
    def left(self) -> tuple[Change, ...]:
        """What differs, or may, and is an administrator's."""
        return tuple(change for change in self.changes if change.kind is ChangeKind.LEFT)

    @property
    def differs(self) -> bool:
        """Whether a deployment would change or delete anything."""
        return bool(self.to_do or self.pruning.deleted)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: names and fields, and no value."""
        return {
            "changes": [change.as_dict() for change in self.to_do],
            "unchanged": len(self.changes) - len(self.to_do),
            "deleted": [str(identity_of(one)) for one in self.pruning.deleted],
            "kept": [one.as_dict() for one in self.pruning.kept],
            "not_looked_at": [
                {"kind": kind, "namespace": namespace, "reason": reason}
                for (kind, namespace), reason in sorted(self.live.not_looked_at.items())
            ],
        }

    def is_newest(self, manifests: Sequence[Manifest]) -> bool:
        """Whether these manifests stand whole in the cluster, as its newest release and nothing beside them."""
        newest = self.records.newest
        return (
            not self.differs
            and newest is not None
            and newest.status is Status.SUCCEEDED
            and newest.digest == of_manifests(manifests)
        )


@dataclass(frozen=True)
class Delivery:
    """One release on its way into one cluster."""

    api: ApiServer
    release: Mapping[str, Any]
    """What the record keeps of it: `Release.summary`, or a former record's `release`."""
    manifests: tuple[Manifest, ...]
    progress: Progress
    holder: Holder
    """Who deploys: shown to whoever comes second, and kept in the record."""
    again: int = 0
    """The number of the former release that a rollback applies again."""
    telling: Telling | None = None
    """What the cluster is told of what AWS made, before anything else of the release is applied."""
    take_over: bool = False
    supersede: bool = False
    watch_seconds: float = 0
    """How long it is watched, once all is ready, for what fails only after a while."""
    deadline_seconds: float = DEADLINE_SECONDS
    keep_releases: int = KEPT

    @property
    def namespace(self) -> str:
        """The product's namespace."""
        return str(self.release["namespace"])

    @property
    def stack(self) -> str:
        """`analytics-prod`."""
        return str(self.release["stack"])

    def look(self) -> Look:
        """What would be done. Writes nothing. Raises ClusterError."""
        lease = self._standing_lease()
        seen = Look.at(self.api, self.namespace, self.stack, self.manifests, former=bool(self.again))
        return replace(seen, lease=lease)

    def run(self, seen: Look | None = None) -> Outcome:
        """Brings the release in, or gives it back. `seen` is a look that was just taken.

        Raises LeaseHeldError where somebody else is at work, SupersededError where a newer deployment wanted its turn,
        LeaseLostError, and ClusterError. Whatever is raised, KeyboardInterrupt too, the record says so, and the same
        command goes on from there.
        """
        seen = seen or self.look()
        if seen.is_newest(self.manifests):
            self._tell(self.api, seen)
            return Outcome(Ending.NOTHING)
        from twinstack.delivery.lease import Lease

        seen = seen.examined(self.api)
        made = self._make_namespace(seen)
        try:
            with Lease.hold(
                self.api, self.namespace, lease_name(self.stack), self.holder,
                seen=seen.lease, is_absent=bool(made), take_over=self.take_over, supersede=self.supersede,
                tell=self.progress.note,
            ) as lease:  # fmt: skip
                seen = self._seen_alone(seen, lease, is_first=bool(made) and lease.is_new)
                missing = gone(seen.records, seen.live)
                with seen.records.begin(
                    self.release, self.manifests, lease.holder, again=self.again, gone=missing, keep=self.keep_releases
                ) as record:
                    return self._bring_in(seen, record, lease, made)
        except ConfigurationError:
            if made:
                self._leave_nothing(made["metadata"]["uid"])
            raise

    def _apply(
        self, seen: Look, lease: Lease, made: Mapping[Identity, JsonObject] = MappingProxyType({})
    ) -> tuple[tuple[Failure, ...], tuple[Failure, ...]]:
        """Why it does not stand whole, empty where it does, and has for `watch_seconds`; and what is only reported."""
        from twinstack.delivery.application import apply

        waiter = _Waiters(self, lease)
        applied = apply(lease.api, seen.changes, waiter=waiter, progress=self.progress, made=made)
        if applied.problems:
            from twinstack.delivery.reasons import Failure, Reason

            refused = (
                Failure(_identity(one.path, seen), Reason.REFUSED, f"{one.message}: {one.given}", one.fix)
                for one in applied.problems
            )
            return tuple(refused), ()
        if applied.failures or not self.watch_seconds:
            return applied.failures, applied.reported
        self.progress.note(f"all is ready, and watched for {self.watch_seconds:.0f} s more")
        # Jobs are over, and what makes no pods does not crash. As it stands by now: what the applies answered is old.
        identities = [one.identity for one in seen.changes if one.identity.kind in RUN and one.manifest]
        stand = LiveState.read(lease.api, [one for one in self.manifests if one.identity in identities])
        run = [found for one in identities if (found := stand.get(one)) is not None]
        return waiter.rollouts.watch_over(run, self.watch_seconds), applied.reported

    def _make_namespace(self, seen: Look) -> JsonObject:
        """Before anything else: the Lease and the records lie in it. One that was not there; empty otherwise."""
        own = ProductNamespace(self.api, self.namespace, self.stack).identity
        for change in seen.changes:
            if change.kind is ChangeKind.CREATED and change.manifest and change.identity == own:
                answer = Patient.of(self.api).apply(change.manifest.data)
                return answer.object if answer.status == CREATED else {}
        return {}

    def _leave_nothing(self, uid: str) -> None:
        """Of a first release that is refused: its namespace goes again, unless somebody has put something into it."""
        brought = [one.identity for one in self.manifests]
        own = ProductNamespace(Patient.of(self.api), self.namespace, self.stack)
        if kept := own.remove(beside=brought, uid=uid):
            self.progress.note(f"{own.identity} stays, which this release has made: {kept}")

    def _standing_lease(self) -> LeaseObject | None:
        from twinstack.delivery.lease import standing_lease

        try:
            return standing_lease(self.api, self.namespace, lease_name(self.stack))
        except ClusterError as error:
            if error.status != HTTPStatus.FORBIDDEN:  # whoever may only look is told whether there is anything to do
                raise
            return None

    def _seen_alone(self, seen: Look, lease: Lease, *, is_first: bool) -> Look:
        """The look that counts: a deployment that has ended since the first one may have changed everything.

        None has where nobody held the Lease since before that look, or where this run has made both namespace and Lease.
        """
        if lease.is_as_seen or is_first:
            return seen
        if Records.read(lease.api, self.namespace, self.stack).newest == seen.records.newest:
            return seen
        return replace(self, api=lease.api).look().examined(lease.api)

    def _tell(self, api: ApiServer, seen: Look) -> None:
        if self.telling:
            self.telling.tell(api, seen.live, self.progress)

    def _bring_in(self, seen: Look, record: OpenRecord, lease: Lease, made: JsonObject) -> Outcome:
        self._tell(lease.api, seen)
        failures, reported = self._apply(seen, lease, {identity_of(made): made} if made else {})
        number = record.record.number
        outcome = Outcome(Ending.SUCCEEDED, number, seen.to_do, failures=failures, reported=reported)
        if failures:
            return self._give_back(seen, record, lease, outcome)
        kept = prune(lease.api, seen.pruning, self.stack, self.progress)
        record.end(Status.SUCCEEDED, "; ".join(f"{one.identity}: {one.message}" for one in reported))
        return replace(outcome, deleted=seen.pruning.deleted, kept=(*seen.pruning.kept, *kept))

    def _give_back(self, seen: Look, record: OpenRecord, lease: Lease, outcome: Outcome) -> Outcome:
        """Applies the last release that succeeded once more."""
        reason, good = outcome.failures[0].message, seen.records.latest_succeeded
        if good is None:
            record.end(Status.FAILED, reason)
            return replace(outcome, ending=Ending.FAILED)
        self.progress.note(f"returning to {good.version}: {reason}")
        # With the release that failed among the records, so that what it alone listed is pruned.
        manifests = replace(seen.records, api=lease.api).manifests(good)
        back = Look.at(lease.api, self.namespace, self.stack, manifests, former=True)
        for note in back.notes:
            self.progress.note(note)
        again, _ = self._apply(back, lease)  # no Job goes back
        if again:
            record.end(Status.FAILED, f"{reason}; the return to {good.version} failed too: {again[0].message}")
            failures = (*outcome.failures, *again)
            return replace(outcome, ending=Ending.FAILED, failures=failures, returned_to=good)
        kept = prune(lease.api, back.pruning, self.stack, self.progress)
        record.end(Status.RETURNED, reason, returned_to=good.number)
        return replace(
            outcome,
            ending=Ending.RETURNED,
            deleted=back.pruning.deleted,
            kept=(*back.pruning.kept, *kept),
            returned_to=good,
        )


class _Waiters:
    """Gives way to a newer deployment while it waits for a rollout, and never while a Job is at work: the newer one would
    start its migration beside this one.

    What waiting takes is imported once something has been applied, and starts meanwhile.
    """

    def __init__(self, delivery: Delivery, lease: Lease) -> None:
        self._delivery, self._lease = delivery, lease
        self._began = time.monotonic()

    def wait(self, applied: Sequence[JsonObject]) -> tuple[Failure, ...]:
        """Why not all of these become ready."""
        has_job = any(one["kind"] == "Job" for one in applied)
        return (self._waiter(self._lease.require) if has_job else self.rollouts).wait(applied)

    @property
    def rollouts(self) -> Waiter:
        """Who waits for anything but a Job."""
        return self._waiter(self._lease.check)

    def _waiter(self, stop: Callable[[], None]) -> Waiter:
        from twinstack.delivery.waiting import Waiter

        of, seconds = self._delivery, self._delivery.deadline_seconds
        return Waiter(of.api, of.progress, deadline_seconds=seconds, stop=stop, began=self._began)


CREATED: Final = 201
RUN: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def _jobs_that_ended_well(records: Records) -> frozenset[Identity]:
    """A release succeeds only once its Jobs have: where one is gone since, its time to live was over."""
    good = (one for one in records.all if one.status is Status.SUCCEEDED)
    return frozenset(one.identity for record in good for one in record.inventory if one.identity.kind == "Job")


def _identity(title: str, seen: Look) -> Identity:
    return next(change.identity for change in seen.changes if str(change.identity) == title)

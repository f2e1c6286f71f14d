"""Applies a release: what nothing blocks goes side by side, is waited for where others need it, and unblocks these."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from twinstack.api_server import Answer, ApiServer
from twinstack.delivery import handover
from twinstack.delivery.autoscalers import API_VERSIONS
from twinstack.delivery.changes import Change, ChangeKind
from twinstack.delivery.dry_run import Examination, conflicts_of, examine, problem_of, takes
from twinstack.delivery.fields import value
from twinstack.delivery.graph import ChangeGraph
from twinstack.delivery.live import THREADS
from twinstack.delivery.manifest import Identity, JsonObject, Manifest
from twinstack.delivery.patience import PATIENCE_SECONDS
from twinstack.delivery.progress import InTurn, Progress, State
from twinstack.delivery.references import pod_template
from twinstack.errors import ClusterError, ConfigurationError, Problem

if TYPE_CHECKING:
    from twinstack.delivery.reasons import Failure


class Waits(Protocol):
    """Who waits until objects are ready: `Waiter`."""

    def wait(self, applied: Sequence[JsonObject]) -> tuple[Failure, ...]:
        """Why not all of these become ready; empty once all are. They are the server's answers to the applies."""


@dataclass(frozen=True)
class Applied:
    """What came of it."""

    objects: tuple[JsonObject, ...]
    """What stands now, as the server answered, in the order of the release; what was unchanged included."""
    failures: tuple[Failure, ...] = ()
    """What did not become ready, as the waiter says it. What waits for it was not applied."""
    problems: tuple[Problem, ...] = ()
    """What the server refused after all, though the dry run went well (TW943 to TW948)."""
    reported: tuple[Failure, ...] = ()
    """Of Jobs after the release whose failure is only told: the release stands."""
    not_applied: tuple[Identity, ...] = ()
    """What was blocked by these, and stands as it stood."""

    @property
    def succeeded(self) -> bool:
        """Whether everything was applied and is ready."""
        return not (self.failures or self.problems or self.not_applied)


def apply(
    api: ApiServer,
    changes: Sequence[Change],
    *,
    waiter: Waits,
    progress: Progress,
    made: Mapping[Identity, JsonObject] = MappingProxyType({}),
) -> Applied:
    """Applies the changes in the order of their graph, and waits until everything that was applied is ready.

    Nothing is applied where the server refuses anything of it in a dry run (of what was not examined yet). `api` is
    `Patient`, who has the Lease in view; `made` is what was applied already, as the server answered.

    Raises ConfigurationError with all that the dry run refuses, ClusterError where the server gives no answer.
    """
    run = _Run(api, changes, waiter, progress, made)
    run.examine()
    run.walk()
    run.finish()
    return run.result()


class _Run:
    """One application."""

    def __init__(
        self,
        api: ApiServer,
        changes: Sequence[Change],
        waiter: Waits,
        progress: Progress,
        made: Mapping[Identity, JsonObject],
    ) -> None:
        self._api, self._changes, self._waiter = api, changes, waiter
        self._progress = InTurn(progress)
        self._objects: dict[Identity, JsonObject] = dict(made)
        self._ready: set[Identity] = set()
        self._failures: list[Failure] = []
        self._reported: list[Failure] = []
        self._problems: list[Problem] = []
        for identity in made:
            self._progress.state(str(identity), State.CREATED)

    def examine(self) -> None:
        """The dry run. A namespace that the release brings itself is applied first, once everything else is in order."""
        found = examine(self._api, self._changes)
        if not found.problems and found.unseen_namespaces:
            found = self._examine_inside(found)
        if problems := (*found.problems, *self._problems):
            raise ConfigurationError(problems)
        self._changes = found.changes
        self._graph = ChangeGraph(found.changes)
        self._gates = self._graph.gates()

    def _examine_inside(self, found: Examination) -> Examination:
        """What lies in namespaces that were not there: what needs nothing else, and makes no pods, is examined by applying
        it, beside the dry run of all the rest. Nothing runs before the server has accepted everything.
        """
        made = found.unseen_namespaces
        for change in found.changes:
            if change.identity.kind == "Namespace" and change.identity.name in made:
                self._apply(change)
        begun = set(self._objects)
        unblocked = ChangeGraph(found.changes).unblocked(begun, begun, self._ready)
        first = {one.identity: one for one in unblocked if one.identity.namespace in made and not _makes_pods(one)}
        others = [one for one in found.changes if one.identity not in first]
        with ThreadPoolExecutor(THREADS) as threads:
            applying = threads.map(self._apply, first.values())
            rest = examine(self._api, others, made=made, threads=threads)
            list(applying)
        known = {one.identity: one for one in rest.changes}
        return replace(rest, changes=tuple(known.get(one.identity, one) for one in found.changes))

    def walk(self) -> None:
        """Unblocked changes are applied, applied ones are waited for where others need it, ready ones unblock others."""
        with ThreadPoolExecutor(THREADS) as threads:
            begun: set[Identity] = set(self._objects)
            while not self._problems and not self._failures:
                unblocked = self._graph.unblocked(begun, self._settled(begun), self._ready)
                if not unblocked and self._wait_for_gates():
                    continue
                if not unblocked and (one := self._graph.circle(begun, ())) is not None:
                    unblocked = [one]
                if not unblocked:
                    return
                begun |= {one.identity for one in unblocked}
                list(threads.map(self._apply, unblocked))

    def finish(self) -> None:
        """Waits for everything that is not known to be ready."""
        if not self._problems and not self._failures:
            self._wait([one for one in self._changes if one.identity not in self._ready])

    def result(self) -> Applied:
        """What came of it."""
        order = [one.identity for one in self._changes]
        left = {one.identity for one in self._changes if one.kind is ChangeKind.LEFT}
        return Applied(
            tuple(self._objects[one] for one in order if one in self._objects),
            tuple(self._failures),
            tuple(self._problems),
            tuple(self._reported),
            tuple(one for one in order if one not in self._objects and one not in left),
        )

    def _settled(self, begun: set[Identity]) -> set[Identity]:
        """What blocks nobody who only needs it to be there; what is left to an administrator is not waited for."""
        return {one for one in begun if one in self._objects or self._is_left(one)}

    def _is_left(self, identity: Identity) -> bool:
        return any(one.identity == identity and one.kind is ChangeKind.LEFT for one in self._changes)

    def _wait_for_gates(self) -> bool:
        """Waits for what was applied and others need ready; False where there is nothing of that kind."""
        return self._wait(
            [
                one
                for one in self._changes
                if one.identity in self._gates - self._ready and one.identity in self._objects
            ]
        )

    def _wait(self, changes: Sequence[Change]) -> bool:
        objects = [self._objects[one.identity] for one in changes if one.identity in self._objects and _may_come(one)]
        if objects:
            found = self._waiter.wait(objects)
            self._failures += [one for one in found if not one.only_reported]
            self._reported += [one for one in found if one.only_reported]
        if not self._failures:
            self._ready |= {one.identity for one in changes}
        return bool(changes)

    def _apply(self, change: Change) -> None:
        subject = str(change.identity)
        if change.identity in self._objects:
            return
        if change.kind is ChangeKind.LEFT:
            self._progress.state(subject, State.KEPT, change.note)
            self._ready.add(change.identity)
            return
        if not change.writes:
            self._progress.state(subject, State.UNCHANGED)
            self._objects[change.identity] = change.live or {}
            if change.live is None or not _may_come(change):
                self._ready.add(change.identity)
            return
        self._progress.state(subject, State.APPLYING)
        refused = next((one for one in self._steps(change) if one.refusal), None)
        if refused is not None:
            problem = problem_of(change, refused)
            self._progress.state(subject, State.FAILED, problem.given or problem.message)
            self._problems.append(problem)

    def _steps(self, change: Change) -> Iterator[Answer]:
        """What is asked of the server for one change; the first refusal ends it."""
        if handover.is_kedas(change):
            change = self._taken_back(change)
        if change.kind is ChangeKind.RECREATED:
            self._remove(change)
            change = replace(change, live=None)
        manifest = change.manifest
        assert manifest is not None
        if handover.hands_over_replicas(change, self._autoscalers()):
            yield handover.hand_over_replicas(self._api, change)
        number = handover.larger_number(change)
        if number is not None:
            self._remove_former_autoscalers(change)
            manifest = handover.with_replicas(manifest, number)
            wanted = value(change.manifest.data if change.manifest else {}, "spec", "replicas")
            self._progress.note(f"{change.identity}: {number} pods run, and stay for this once ({wanted} are declared)")
        if handover.recreates_over_a_default(change):
            yield handover.take_default_strategy_away(self._api, change)
        answer = self._send(change, manifest)
        yield answer
        self._objects[change.identity] = {
            "apiVersion": manifest.api_version,
            "kind": manifest.kind,
            **answer.object,
        }
        created = change.live is None
        least = handover.least_of(change, self._autoscalers()) if created else None
        if least is not None:
            held = handover.hold_replicas(self._api, change, least)
            yield held
            self._objects[change.identity] |= held.object
        self._progress.state(
            str(change.identity), State.CREATED if created else State.CHANGED, ", ".join(change.fields)
        )

    def _send(self, change: Change, manifest: Manifest) -> Answer:
        """Applies; what other managers hold is taken only once they are named."""
        answer = self._api.apply(manifest.data)
        if answer.reason != "Conflict" or not answer.causes:
            return answer
        # Not what the dry run said: somebody may have written something since.
        for line in takes(replace(change, conflicts=conflicts_of(change, answer))):
            self._progress.note(line)
        return self._api.apply(manifest.data, force=True)

    def _autoscalers(self) -> list[Any]:
        return [one.manifest.data for one in self._changes if one.manifest and one.identity.kind in API_VERSIONS]

    def _remove_former_autoscalers(self, change: Change) -> None:
        wanted = [each.identity for each in self._changes]
        for kind in API_VERSIONS:
            self._delete(handover.former_autoscalers(change, wanted, self._there(kind, change)))

    def _taken_back(self, change: Change) -> Change:
        """An autoscaler without the owner that would take it with it."""
        owners = handover.former_owners(change, [one.identity for one in self._changes], self._there(_KEDAS, change))
        self._delete(owners)
        return replace(change, kind=ChangeKind.RECREATED) if owners else change

    def _there(self, kind: str, change: Change) -> Sequence[JsonObject]:
        version = API_VERSIONS[kind]
        if self._api.resource(version, kind) is None:
            return ()
        return self._api.objects(version, kind, change.identity.namespace)

    def _delete(self, objects: Iterable[JsonObject]) -> None:
        for one in objects:
            metadata, version = one["metadata"], API_VERSIONS[one["kind"]]
            self._api.delete(version, one["kind"], metadata["name"], metadata["namespace"], uid=metadata["uid"])
            self._progress.state(f"{one['kind']} {metadata['namespace']}/{metadata['name']}", State.DELETED)

    def _remove(self, change: Change) -> None:
        """Deletes what stands, and waits until it is gone."""
        assert change.live is not None
        assert change.manifest is not None
        identity, api_version = change.identity, change.manifest.api_version
        uid = change.live["metadata"]["uid"]
        self._api.delete(api_version, identity.kind, identity.name, identity.namespace, uid=uid)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self._api.get(api_version, identity.kind, identity.name, identity.namespace)
            if found is None or found["metadata"]["uid"] != uid:
                return
            if time.monotonic() > end:
                finalizers = ", ".join(found["metadata"].get("finalizers") or ()) or "nothing that it says"
                raise ClusterError(f"{identity} was deleted and does not go: {finalizers} holds it")
            time.sleep(_POLL_SECONDS)


def _makes_pods(change: Change) -> bool:
    return change.manifest is not None and pod_template(change.manifest.data) is not None


def _may_come(change: Change) -> bool:
    """Whether an object may still have to become ready: what was written, and of the rest what makes pods.

    An autoscaler goes with them, as its minimum says how many pods of what it scales have to be ready. The waiter asks
    nothing about what shows by itself that it is ready.
    """
    return change.writes or (change.live is not None and change.identity.kind in _BECOME_READY)


_KEDAS = "ScaledObject"
_BECOME_READY = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", *API_VERSIONS})
_POLL_SECONDS = 0.1

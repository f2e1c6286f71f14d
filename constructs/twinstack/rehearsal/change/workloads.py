"""The workloads, from one release to the next: delivery brings the former release in, and then the new one over it, as it
does in a real cluster (records, dry run, order, waiting, pruning), while a probe watches who answers for each Service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from twinstack.api_server import ApiServer
from twinstack.changes.former import Outputs
from twinstack.delivery.engine import Delivery, Ending, Outcome
from twinstack.delivery.holder import Holder
from twinstack.delivery.manifest import Manifest, identity_of
from twinstack.delivery.progress import State
from twinstack.delivery.pruning import HOLD_DATA
from twinstack.delivery.removal import Removal
from twinstack.errors import ConfigurationError, Location, Problem, RehearsalError
from twinstack.policy.following import following
from twinstack.rehearsal.change.probe import Probe, probing
from twinstack.rehearsal.change.report import Gap, WorkloadsChange
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.coverage import cover, own_groups
from twinstack.rehearsal.kubernetes.definitions import Definition, install
from twinstack.rehearsal.kubernetes.manifests import Manifest as Document
from twinstack.rehearsal.kubernetes.places import Places


def rehearse_workloads(
    before: Outputs,
    after: Outputs,
    *,
    stack: str,
    namespace: str,
    definitions: Sequence[Definition] = (),
    assets: Path | None = None,
    timeout_seconds: float = 120,
    progress: Callable[[str], None] = lambda _: None,
) -> WorkloadsChange:
    """Delivers the former manifests to a cluster of their own, and the new ones over them; either may be nothing.

    `namespace` is the product's, where delivery keeps its records. What is wrong is in the report. Raises MissingToolError
    where a binary is missing, RehearsalError where the control plane fails or runs no pods.
    """
    began = time.monotonic()
    with ControlPlane.start(assets, autoscaler_sync_seconds=_AUTOSCALER_SYNC_SECONDS) as plane:
        return rehearse_workloads_on(
            plane, before, after, stack=stack, namespace=namespace, definitions=definitions,
            timeout_seconds=timeout_seconds, progress=progress, began=began,
        )  # fmt: skip


def rehearse_workloads_on(
    plane: ControlPlane,
    before: Outputs,
    after: Outputs,
    *,
    stack: str,
    namespace: str,
    definitions: Sequence[Definition] = (),
    timeout_seconds: float = 120,
    progress: Callable[[str], None] = lambda _: None,
    began: float | None = None,
) -> WorkloadsChange:
    """The same on a control plane that runs already. Raises as `rehearse_workloads` does."""
    if not plane.runs_pods:
        raise RehearsalError(
            "the folder of binaries has only the API server: to see one release follow another, pods have to run "
            "(`twinstack control-plane` says how to get the rest)"
        )
    change = _Change(plane.api, stack, namespace, timeout_seconds, progress)
    change.seconds["control plane"] = plane.started_in_seconds
    change.prepare([*before.manifests, *after.manifests], definitions)
    change.run(before, after)
    change.seconds["total"] = time.monotonic() - (time.monotonic() if began is None else began)
    if began is None:
        change.seconds["total"] = sum(change.seconds.values())
    return WorkloadsChange(
        before=before.label,
        after=after.label,
        server_version=plane.api.version(),
        changes=change.done,
        kept=change.kept,
        gaps=change.gaps,
        services=len(change.services),
        problems=tuple(dict.fromkeys(change.problems)),
        proved=tuple(change.proved),
        not_proved=NOT_PROVED,
        seconds=change.seconds,
    )


class _Change:
    """One release after the other, and what was found on the way."""

    def __init__(
        self, api: ApiServer, stack: str, namespace: str, timeout_seconds: float, progress: Callable[[str], None]
    ) -> None:
        self._api, self._stack, self._namespace = api, stack, namespace
        self._timeout_seconds, self._progress = timeout_seconds, progress
        self.problems: list[Problem] = []
        self.proved: list[str] = []
        self.done: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self.gaps: tuple[Gap, ...] = ()
        self.services: frozenset[tuple[str, str]] = frozenset()
        self.seconds: dict[str, float] = {}

    def prepare(self, manifests: Sequence[Mapping[str, Any]], definitions: Sequence[Definition]) -> None:
        """What an administrator has seen to before: definitions of custom resources, and namespaces of others."""
        documents = [Document(Location(str(identity_of(one))), "", dict(one)) for one in manifests]
        coverage = cover(documents, definitions, own_groups(self._api))
        install(self._api, coverage.used.values())
        brought = {one["metadata"]["name"] for one in manifests if one["kind"] == "Namespace"}
        wanted = {one["metadata"].get("namespace", "") for one in manifests} | {self._namespace}
        for name in sorted(wanted - brought - {""}):
            self._api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        places = Places(self._api)
        for one in manifests:
            places.provide(one)

    def run(self, before: Outputs, after: Outputs) -> None:
        """Stops where the former release does not come up: nothing can follow it then."""
        if before.manifests and self._deliver(before, "former release") is None:
            return
        known: list[Problem] = []
        if after.manifests:
            known += following(
                before.manifests, after.manifests, asked=True, keeps=HOLD_DATA, acknowledged=after.acknowledged
            )
        self.services = frozenset(_services(before.manifests) & (_services(after.manifests)))
        with probing(self._api, self.services) as probe:
            outcome = self._deliver(after, "new release") if after.manifests else self._remove()
            self._look_at(probe)
        # What the probe saw of a Service is not said once more by a rule.
        seen = {f"Service {gap.service}" for gap in self.gaps}
        self.problems += (one for one in known if one.path.partition(" spec.")[0] not in seen)
        if outcome is None:
            return
        self.done |= {str(one.identity): _what(one.kind, one.fields) for one in outcome.changed}
        self.done |= {str(identity_of(one)): "deleted" for one in outcome.deleted}
        self.kept |= {str(one.identity): one.reason for one in outcome.kept}
        self.proved.append(
            f"the cluster takes all of {after.label} over {before.label}, in delivery's order, and it becomes ready"
            if after.manifests
            else f"all of {before.label} goes, but for what is kept"
        )
        if self.services and not self.gaps:
            self.proved.append(f"at every moment each Service ({len(self.services)}) had a ready endpoint")

    def _deliver(self, outputs: Outputs, part: str) -> Outcome | None:
        """Brings a release in; None where it does not stand at the end."""
        began = time.monotonic()
        manifests = tuple(Manifest(one, outputs.label) for one in outputs.manifests)
        release = {"product": "", "stack": self._stack, "namespace": self._namespace, "version": outputs.label}
        told = _Told(self._progress)
        delivery = Delivery(
            self._api, release, manifests, told, Holder.here(), deadline_seconds=self._timeout_seconds
        )  # fmt: skip
        try:
            outcome = delivery.run()
        except ConfigurationError as error:
            self.problems += error.problems
            return None
        finally:
            self.seconds[part] = time.monotonic() - began
        if outcome.ending in {Ending.SUCCEEDED, Ending.NOTHING}:
            return outcome
        self.problems += _failed(outcome, part)
        return None

    def _remove(self) -> Outcome:
        began = time.monotonic()
        removal = Removal(
            self._api, self._namespace, self._stack, _Told(self._progress), Holder.here(),
            patience_seconds=self._timeout_seconds,
        )  # fmt: skip
        deleted = removal.preview().deleted
        kept = removal.run()
        self.seconds["removal"] = time.monotonic() - began
        return Outcome(Ending.SUCCEEDED, deleted=deleted, kept=kept)

    def _look_at(self, probe: Probe) -> None:
        self.gaps = probe.gaps(time.monotonic())
        for one in self.gaps:
            how_long = f"for {one.seconds} s of a rehearsal, whose pods start at once" if one.ended else "to the end"
            self.problems.append(
                Problem(
                    "TW992",
                    "a moment in which nothing answers",
                    f"Service {one.service}",
                    given=f"no ready endpoint {how_long}",
                    allowed="a ready endpoint at every moment",
                    fix="run two replicas or more with `maxUnavailable: 0`, and change a selector and its pods in two releases",
                    warning=True,
                )
            )


class _Told:
    """Tells how far delivery is, in a line each."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress

    def state(self, subject: str, state: State, detail: str = "") -> None:
        """As `Progress.state`."""
        self._progress(" ".join(filter(None, (subject, str(state), detail))))

    def log(self, subject: str, line: str) -> None:
        """No program runs, so nothing writes a log."""

    def note(self, text: str) -> None:
        """As `Progress.note`."""
        self._progress(text)


def _services(manifests: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The Services that pods answer for."""
    return {
        (str(one["metadata"].get("namespace", "default")), str(one["metadata"]["name"]))
        for one in manifests
        if one["kind"] == "Service" and (one.get("spec") or {}).get("selector")
    }


def _what(kind: str, fields: Sequence[str]) -> str:
    return f"{kind}: {', '.join(fields)}" if fields else str(kind)


def _failed(outcome: Outcome, part: str) -> Iterator[Problem]:
    for one in outcome.failures:
        yield Problem(one.reason.code, f"the {part} does not stand: {one.message}", str(one.identity), fix=one.fix)


NOT_PROVED: Final = (
    "how long it takes: images, programs, probes and load balancers are not there, and simulated pods start at once",
    "that requests under way are answered: no traffic flowed",
    "that the former program bears what the new migration makes of the data",
)
_AUTOSCALER_SYNC_SECONDS: Final = 2

"""Rehearses a folder of manifests on a real API server, the way a first deployment would go."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from twinstack.api_server import ApiServer
from twinstack.errors import Problem
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.application import apply, apply_again
from twinstack.rehearsal.kubernetes.coverage import EKS_GROUP, Coverage, cover, own_groups
from twinstack.rehearsal.kubernetes.definitions import Definition, install
from twinstack.rehearsal.kubernetes.inventory import Applied, Inventory, names
from twinstack.rehearsal.kubernetes.manifests import Manifest, read
from twinstack.rehearsal.kubernetes.networking import (
    check_ingresses,
    check_network_policies,
    check_routes,
    check_services,
)
from twinstack.rehearsal.kubernetes.places import Places
from twinstack.rehearsal.kubernetes.references import check_references
from twinstack.rehearsal.kubernetes.report import KubernetesReport
from twinstack.rehearsal.kubernetes.rollout import Rollout, WorkloadResult, refused_pods, started
from twinstack.rehearsal.kubernetes.scaling import check_autoscalers, check_budgets, check_selectors
from twinstack.rehearsal.kubernetes.secrets_store import SecretsStore


def rehearse(
    manifests: Path,
    *,
    definitions: Sequence[Definition] = (),
    assets: Path | None = None,
    timeout_seconds: float = 120,
    progress: Callable[[str], None],
) -> KubernetesReport:
    """Applies the manifests of a folder to an empty cluster of their own, and reports how that went.

    `definitions` are the cluster's own, as `read_definitions` reads them; a kind that is not among them is checked by a
    built-in one. `assets` is the folder of control plane binaries, that of KUBEBUILDER_ASSETS unless given; `timeout_seconds` is how
    long the workloads may take to come up; `progress` is told in a line what happens.

    Raises UsageError where the folder holds no manifest, MissingToolError where a binary is missing,
    ConfigurationError where the API server refuses a given definition, and RehearsalError where the control plane fails. What is wrong with the manifests is in the report.
    """
    documents, problems = read(manifests)
    began = time.monotonic()
    with ControlPlane.start(assets, autoscaler_sync_seconds=_AUTOSCALER_SYNC_SECONDS) as plane:
        progress(f"Kubernetes {plane.api.version()} is up after {plane.started_in_seconds:.1f} s")
        rehearsal = _Rehearsal(plane, problems, progress, began)
        return rehearsal.run(documents, definitions, timeout_seconds)


def rehearse_on(
    plane: ControlPlane,
    manifests: Path,
    *,
    definitions: Sequence[Definition] = (),
    timeout_seconds: float = 120,
    progress: Callable[[str], None],
) -> KubernetesReport:
    """The same on a control plane that runs already, for whoever has several folders to rehearse in namespaces of
    their own. Raises as `rehearse` does.
    """
    documents, problems = read(manifests)
    return _Rehearsal(plane, problems, progress, time.monotonic()).run(documents, definitions, timeout_seconds)


class _Rehearsal:
    """One run, and what it has found so far."""

    def __init__(
        self, plane: ControlPlane, problems: Sequence[Problem], progress: Callable[[str], None], began: float
    ) -> None:
        self.plane, self.progress, self.began = plane, progress, began
        self.api: ApiServer = plane.api
        self.problems: list[Problem] = list(problems)
        self.inventory = Inventory()
        self.store = SecretsStore(plane.api)
        self.places = Places(plane.api)
        self.coverage = Coverage()
        self.seconds: dict[str, float] = {"control plane": plane.started_in_seconds}

    def run(
        self, documents: Sequence[Manifest], definitions: Sequence[Definition], timeout_seconds: float
    ) -> KubernetesReport:
        with self._timed("definitions"):
            self.coverage = cover(documents, definitions, own_groups(self.api))
            self.problems += self.coverage.problems
            install(self.api, self.coverage.used.values())
        with self._timed("apply"):
            self._apply_all(documents)
        self.progress(f"{len(self.inventory.applied)} of {len(documents)} objects applied")
        workloads: list[WorkloadResult] = []
        running = started(self.inventory) if self.plane.runs_pods else []
        resting = [one.owner for one in self.inventory.templates() if one.owner not in running]
        with self._timed("rollout"):
            if self.plane.runs_pods:
                workloads, found = Rollout(self.api, self.inventory, self.progress).wait(timeout_seconds)
                self.problems += found
            self.problems += refused_pods(self.api, resting)
        refused = len(documents) - len(self.inventory.applied)
        if not refused:
            with self._timed("checks"):
                self._check(frozenset(one.title for one in workloads if not one.ready))
        with self._timed("second apply"):
            for one in self.inventory.applied:
                self.problems += apply_again(self.api, one)
        self.seconds["total"] = time.monotonic() - self.began
        return KubernetesReport(
            server_version=self.api.version(),
            pods_ran=self.plane.runs_pods,
            objects=Counter(one.kind for one in self.inventory.applied),
            workloads=tuple(workloads),
            problems=tuple(sorted(dict.fromkeys(self.problems), key=_in_order)),
            proved=tuple(self._proved(workloads, resting, checked=not refused)),
            simulated=tuple(self._simulated()),
            definitions=self.coverage.sources(),
            not_proved=tuple(self._not_proved(refused, resting)),
            seconds=self.seconds,
        )

    def _apply_all(self, documents: Sequence[Manifest]) -> None:
        for manifest in documents:
            if (manifest.api_version, manifest.kind) in self.coverage.lacking:
                continue
            self.problems += self.store.mount(manifest)
            applied, found = apply(self.api, manifest, narrow=self.coverage.is_built_in(manifest))
            self.problems += found
            if applied is None:
                continue
            self.inventory.applied.append(applied)
            self.places.provide(applied.object)
            if applied.kind == "SecretProviderClass":
                self.problems += self.store.publish(applied)

    def _check(self, pending: frozenset[str]) -> None:
        run = self.plane.runs_pods
        self.problems += check_autoscalers(self.inventory)
        self.problems += check_selectors(self.inventory)
        self.problems += check_ingresses(self.inventory)
        self.problems += check_routes(self.inventory)
        self.problems += check_network_policies(self.inventory)
        self.problems += check_references(self.inventory, self.api, self.store)
        # Controllers write what these two read a moment after the pods are ready.
        self.problems += _settled(
            lambda: [
                *check_services(self.inventory, self.api, pods_run=run, pending=pending),
                *check_budgets(self.inventory, self.api, pods_run=run, pending=pending),
            ]
        )

    def _not_proved(self, refused: int, resting: Sequence[Applied]) -> Iterator[str]:
        if refused:
            yield f"how the objects fit together: {refused} of them were refused, and the others may need them"
        if not self.plane.runs_pods:
            yield _PODS_NOT_RUN
        elif resting:
            yield f"that what nothing started here runs to its end: {names(resting)}"
        yield from _NOT_PROVED

    def _proved(
        self, workloads: Sequence[WorkloadResult], resting: Sequence[Applied], *, checked: bool
    ) -> Iterator[str]:
        codes = {problem.code for problem in self.problems}
        applied = len(self.inventory.applied)
        if checked and "TW901" not in codes:
            yield (
                f"a real API server takes all {applied} objects in file order on an empty cluster, with unknown "
                "and duplicate fields refused and Pod Security admission on"
            )
        if applied and "TW903" not in codes:
            yield f"applying {applied} objects a second time changes none of them"
        if workloads and all(one.ready for one in workloads):
            pods = sum(one.pods for one in workloads)
            longest = max(one.seconds for one in workloads)
            yield (
                f"every workload comes up ({len(workloads)}): {pods} pods admitted, placed on nodes in three zones and "
                f"ready, the last after {longest:.1f} s"
            )
        if resting and "TW906" not in codes:
            which = f"what nothing started here ({len(resting)}): {names(resting)}"
            yield f"the API server would admit the pods of {which if self.plane.runs_pods else 'every workload'}"
        up = self.plane.runs_pods and all(one.ready for one in workloads)
        for kinds, faults, sentence in (*_CHECKS, *(_CHECKS_OF_RUNNING_PODS if up else ())):
            count = len(self.inventory.of(*kinds))
            if checked and count and not codes & faults:
                yield f"{sentence} ({count})"

    def _simulated(self) -> Iterator[str]:
        if self.plane.runs_pods:
            yield "nodes and containers: no image was pulled and no program ran; every probe is taken to succeed"
        if self.places.nodes:
            yield f"the nodes that pods ask for by their labels or zones ({len(self.places.nodes)}): nothing started any"
        if self.places.disks:
            yield f"the disks of claims, which nothing made: {', '.join(self.places.disks)}"
        written = sorted({f"{namespace}/{name}" for namespace, name in self.store.writers})
        if written:
            yield (
                "the Secrets Store CSI driver: the rehearsal wrote the synced Secrets itself, with placeholder values: "
                + ", ".join(written)
            )
        if given := self.coverage.given():
            yield (
                "the controllers of custom resources: they are checked against the definitions given, and nothing acts "
                f"on them: {', '.join(given)}"
            )
        if ours := self.coverage.built_in():
            yield (
                "custom resources are checked against definitions written from their documentation, and no controller "
                f"acts on them: {', '.join(ours)}"
            )
            if of_eks := [name for name in ours if name.endswith(f".{EKS_GROUP}")]:
                yield (
                    f"EKS publishes no definition of {', '.join(of_eks)}: a cluster with Auto Mode has its own, which "
                    "`kubectl get crd -o yaml` prints"
                )

    @contextmanager
    def _timed(self, part: str) -> Generator[None]:
        began = time.monotonic()
        yield
        self.seconds[part] = time.monotonic() - began


def _settled(check: Callable[[], list[Problem]]) -> list[Problem]:
    end = time.monotonic() + _SETTLE_SECONDS
    found = check()
    while any(not problem.warning for problem in found) and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
        found = check()
    return found


def _in_order(problem: Problem) -> tuple[bool, str, int, str]:
    location = problem.location
    return problem.warning, location.file if location else "", location.line if location else 0, problem.code


_PODS_NOT_RUN: Final = (
    "pods were not run: the folder of binaries has only the API server; with kube-controller-manager, kube-scheduler "
    "and kwok beside it, Deployments, Jobs and disruption budgets are proved as well"
)
_NOT_PROVED: Final = (
    "that the images exist, start and pass their probes",
    "that the secrets exist in AWS and the CSI driver may read them",
    "that load balancers, certificates, DNS records and volumes are made",
    "that the network lets through what the NetworkPolicies allow: no traffic flowed",
    "that the account's quotas and the cluster's nodes are enough",
)
_CHECKS: Final = (
    (
        ("HorizontalPodAutoscaler",),
        {"TW911", "TW912", "TW913"},
        "every autoscaler has its target, the requests it counts by, and the scale for itself",
    ),
    (("Service",), {"TW914"}, "every Service selects pods that have its ports"),
    (
        ("Deployment", "StatefulSet", "DaemonSet"),
        {"TW915"},
        "every workload's selector selects its own pods and no others",
    ),
    (("PodDisruptionBudget",), {"TW916"}, "every disruption budget selects pods, and no other one selects them"),
    (("Ingress", "HTTPRoute"), {"TW918", "TW919"}, "every Ingress and route leads to a Service and port that exist"),
    (
        ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"),
        {"TW920", "TW921"},
        "every workload's Secrets, ConfigMaps, keys and service account exist",
    ),
    (("NetworkPolicy",), {"TW922"}, "every NetworkPolicy selects pods, and opens the way only to pods that exist"),
    (
        ("SecretProviderClass",),
        {"TW931", "TW932", "TW933"},
        "every SecretProviderClass exists before its pods, fetches what it syncs, and has its Secret for itself",
    ),
)
# What can be seen only while every workload is up.
_CHECKS_OF_RUNNING_PODS: Final = (
    (("Service",), {"TW914"}, "a ready pod answers for every Service"),
    (("PodDisruptionBudget",), {"TW917"}, "every disruption budget lets a node be drained"),
)
_AUTOSCALER_SYNC_SECONDS: Final = 2
_SETTLE_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.3

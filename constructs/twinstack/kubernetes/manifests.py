"""Turns a chart into numbered YAML files, in the order in which a cluster can take them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any, Final

from twinstack.delivery.after import runs_after
from twinstack.environment.dumper import dump
from twinstack.environment.names import KINDS
from twinstack.environment.pod_template import pod_template_of
from twinstack.kubernetes.deployers import deployer_access, is_administrators
from twinstack.kubernetes.inspection import inspect
from twinstack.kubernetes.workloads import Workloads
from twinstack.labels import COMPONENT, label_value
from twinstack.quotas.manifests import inspect_manifests

Manifest = dict[str, Any]


def render(chart: Workloads[Any]) -> dict[str, str]:
    """The files of one environment, by name: `kubectl apply -f` on their folder works on an empty cluster.

    They are of the parts that `parts` says. Raises ConstructionError, as `objects` does.
    """
    return {name: dump(members) for name, members in parts(chart).items()}


def parts(chart: Workloads[Any]) -> dict[str, list[Manifest]]:
    """The objects of each file of one environment, by its name.

    One file for each part of the product, numbered: what takes an administrator (the namespace, and all that is not in
    it), what is shared, Jobs, what runs, the way in, Jobs after all of it. A
    file's objects stand in the order in which they need each other. Raises ConstructionError, as `objects` does.
    """
    found = _parts(chart, objects(chart))
    return {f"{phase:02}-{group}.k8s.yaml": members for (phase, group), members in found.items()}


def objects(chart: Workloads[Any]) -> list[Manifest]:
    """Every object of one environment, in apply order.

    Raises ConstructionError for a spec that was never built, for two objects with one name, for two workloads of
    which one would select the other's pods, and for an object that is too large.
    """
    chart.close()
    manifests = chart.to_json()
    for manifest in manifests:
        if manifest["kind"] == "Job":
            _name_by_content(manifest)
    manifests += deployer_access(chart.environment, manifests)
    inspect(manifests, chart.environment.stack_id)
    inspect_manifests(manifests, chart.environment.stack_id)
    return list(chain.from_iterable(_parts(chart, sorted(manifests, key=_rank)).values()))


def _parts(chart: Workloads[Any], manifests: Iterable[Manifest]) -> dict[tuple[int, str], list[Manifest]]:
    """The objects of each part of the product, by its place in the order and its name.

    What takes an administrator stands first and apart, in the files of phase 0, so that whoever releases applies the
    others. The namespace is closed there too, before anything is in it.
    """
    workloads = {_file_name(label_value(spec.key)) for spec in chart.environment.workloads}
    namespace = chart.context.namespace
    groups: dict[tuple[bool, str], list[Manifest]] = {}
    for manifest in manifests:
        group = _group(manifest)
        is_apart = group == NAMESPACE or is_administrators(manifest, namespace)
        if is_apart and manifest["metadata"].get("namespace") == namespace:
            group = NAMESPACE  # whose file is the first that they can stand in
        groups.setdefault((is_apart, group), []).append(manifest)
    parts = {
        (ADMINISTRATORS if is_apart else _phase(members, runs=group in workloads), group): members
        for (is_apart, group), members in groups.items()
    }
    return dict(sorted(parts.items()))


def _name_by_content(job: Manifest) -> None:
    """A Job's template cannot be changed, so another template, by whatever hand, gets another name."""
    content = json.dumps(job["spec"], sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    longest = KINDS["Kubernetes Service"].longest - _HASH_LENGTH - 1
    job["metadata"]["name"] = f"{job['metadata']['name'][:longest].rstrip('-.')}-{digest}"


def _rank(manifest: Manifest) -> tuple[int, str, str]:
    kind = manifest["kind"]
    other = "Deployment" if pod_template_of(manifest) else ANYTHING_ELSE
    return APPLY_ORDER.index(kind if kind in APPLY_ORDER else other), kind, manifest["metadata"]["name"]


def _group(manifest: Manifest) -> str:
    """The part of the product it belongs to; an object that names none stands by itself."""
    metadata = manifest["metadata"]
    component = metadata.get("labels", {}).get(COMPONENT)
    return _file_name(component or f"{metadata['name']}-{manifest['kind']}".lower())


def _file_name(part: str) -> str:
    return _NOT_IN_FILE_NAMES.sub("-", part)


def _phase(members: Iterable[Manifest], *, runs: bool) -> int:
    """`runs`: the part is a workload's, whatever kind of object its room makes of it."""
    phases = {
        LAST if runs_after(one) else PHASES.get(one["kind"], RUNNING if pod_template_of(one) else SHARED)
        for one in members
    }
    return RUNNING if runs and phases == {SHARED} else max(phases)


ANYTHING_ELSE: Final = "*"
APPLY_ORDER: Final = (
    "Namespace",
    "ServiceAccount",
    "ConfigMap",
    "SecretProviderClass",
    "IngressClassParams",
    "NetworkPolicy",
    "Service",
    ANYTHING_ELSE,
    "Deployment",
    "Job",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "Ingress",
    "Gateway",
    "HTTPRoute",
)
"""An object comes after what it refers to, and pods after the policy that closes them. Kinds that are not named here stand
where a Deployment does if they have pods.
"""
NAMESPACE: Final = "namespace"
"""The part that the namespace is of, and what closes it."""
ADMINISTRATORS: Final = 0
SHARED: Final = 10
RUNNING: Final = 30
PHASES: Final = {"Job": 20, "Ingress": 40, "Gateway": 40}
LAST: Final = 50
_HASH_LENGTH: Final = 8
_NOT_IN_FILE_NAMES: Final = re.compile(r"[^a-z0-9.]+")

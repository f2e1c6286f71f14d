"""Turns a chart into numbered YAML files, in the order in which a cluster can take them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

from twinstack.environment.dumper import dump
from twinstack.environment.names import KINDS
from twinstack.kubernetes.inspection import inspect
from twinstack.kubernetes.labels import COMPONENT
from twinstack.kubernetes.workloads import Workloads

Manifest = dict[str, Any]


def render(chart: Workloads[Any]) -> dict[str, str]:
    """The files of one environment, by name: `kubectl apply -f` on their folder works on an empty cluster.

    One file for each part of the product, numbered: the namespace, what is shared, Jobs, what runs, the way in. A
    file's objects stand in the order in which they need each other. Raises ConstructionError, as `objects` does.
    """
    groups: dict[str, list[Manifest]] = {}
    for manifest in objects(chart):
        groups.setdefault(_group(manifest), []).append(manifest)
    files = {f"{_phase(members):02}-{group}.k8s.yaml": dump(members) for group, members in groups.items()}
    return dict(sorted(files.items()))


def objects(chart: Workloads[Any]) -> list[Manifest]:
    """Every object of one environment, in apply order.

    Raises ConstructionError for a spec that was never built, for two objects with one name, and for two workloads of
    which one would select the other's pods.
    """
    chart.close()
    manifests: list[Manifest] = chart.to_json()
    for manifest in manifests:
        if manifest["kind"] == "Job":
            _name_by_content(manifest)
    inspect(manifests, chart.environment.stack_id)
    groups: dict[str, list[Manifest]] = {}
    for manifest in sorted(manifests, key=_rank):
        groups.setdefault(_group(manifest), []).append(manifest)
    ordered = sorted(groups.items(), key=lambda item: (_phase(item[1]), item[0]))
    return list(chain.from_iterable(members for _, members in ordered))


def _name_by_content(job: Manifest) -> None:
    """A Job's template cannot be changed, so another template, by whatever hand, gets another name."""
    content = json.dumps(job["spec"], sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    longest = KINDS["Kubernetes Service"].longest - _HASH_LENGTH - 1
    job["metadata"]["name"] = f"{job['metadata']['name'][:longest].rstrip('-.')}-{digest}"


def _rank(manifest: Manifest) -> tuple[int, str, str]:
    kind = manifest["kind"]
    place = APPLY_ORDER.index(kind) if kind in APPLY_ORDER else APPLY_ORDER.index(ANYTHING_ELSE)
    return place, kind, manifest["metadata"]["name"]


def _group(manifest: Manifest) -> str:
    """The part of the product it belongs to; an object that names none stands by itself."""
    metadata = manifest["metadata"]
    component = metadata.get("labels", {}).get(COMPONENT)
    return _NOT_IN_FILE_NAMES.sub("-", component or f"{metadata['name']}-{manifest['kind']}".lower())


def _phase(members: Iterable[Mapping[str, Any]]) -> int:
    kinds = {member["kind"] for member in members}
    return 0 if "Namespace" in kinds else max(PHASES.get(kind, SHARED) for kind in kinds)


ANYTHING_ELSE: Final = "*"
APPLY_ORDER: Final = (
    "Namespace",
    "ServiceAccount",
    "ConfigMap",
    "SecretProviderClass",
    "IngressClassParams",
    ANYTHING_ELSE,
    "NetworkPolicy",
    "Service",
    "Deployment",
    "Job",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "Ingress",
)
"""An object comes after what it refers to: a pod cannot mount a class that is not there yet."""
SHARED: Final = 10
PHASES: Final = {"Job": 20, "Deployment": 30, "Ingress": 40}
_HASH_LENGTH: Final = 8
_NOT_IN_FILE_NAMES: Final = re.compile(r"[^a-z0-9.]+")

"""What stands in the rehearsed cluster: the applied objects, their pod templates, and how labels select them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twinstack.api_server.answer import JsonObject
from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.manifests import Manifest


@dataclass(frozen=True, slots=True)
class Applied:
    """A manifest that the server took, and the object it made of it, defaults filled in."""

    manifest: Manifest
    object: JsonObject

    @property
    def kind(self) -> str:
        """`Deployment`; with its group, `Gateway.networking.istio.io`, where another project uses a kind's name."""
        kind, group = self.manifest.kind, self.manifest.api_version.rpartition("/")[0]
        return kind if _GROUPS.get(kind, group) == group else f"{kind}.{group}"

    @property
    def name(self) -> str:
        """The object's name."""
        return self.manifest.name

    @property
    def namespace(self) -> str:
        """The namespace it stands in; empty for an object of the whole cluster."""
        return str(self.object["metadata"].get("namespace", ""))

    @property
    def spec(self) -> JsonObject:
        """Its spec; empty where it has none."""
        return self.object.get("spec") or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its annotations."""
        return self.object["metadata"].get("annotations") or {}

    def problem(
        self, code: str, message: str, *, given: str = "", allowed: str = "", fix: str = "", warning: bool = False
    ) -> Problem:
        """A problem with this object."""
        return self.manifest.problem(code, message, given=given, allowed=allowed, fix=fix, warning=warning)


@dataclass(frozen=True, slots=True)
class PodTemplate:
    """The pods that one object makes."""

    owner: Applied
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: JsonObject

    @property
    def namespace(self) -> str:
        """The namespace the pods are in."""
        return self.owner.namespace

    @property
    def containers(self) -> list[JsonObject]:
        """The containers that stay, and those that run before them."""
        return [*(self.spec.get("initContainers") or []), *(self.spec.get("containers") or [])]

    @property
    def volumes(self) -> list[JsonObject]:
        """The volumes."""
        return list(self.spec.get("volumes") or [])


@dataclass(slots=True)
class Inventory:
    """The applied objects, in the order they were applied."""

    applied: list[Applied] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Applied]:
        """All objects of these kinds."""
        return [one for one in self.applied if one.kind in kinds]

    def find(self, kind: str, name: str, namespace: str = "") -> Applied | None:
        """The object of this name."""
        return next((one for one in self.of(kind) if one.name == name and one.namespace == namespace), None)

    def templates(self, namespace: str | None = None) -> list[PodTemplate]:
        """The pod templates of all workloads, or of those in one namespace."""
        found = (template for one in self.applied for template in pod_templates(one))
        return [one for one in found if namespace is None or one.namespace == namespace]


def pod_templates(applied: Applied) -> Iterator[PodTemplate]:
    """The pod template of a workload; none for anything else."""
    path = TEMPLATE_PATHS.get(applied.kind)
    if path is not None:
        pod = value(applied.object, *path, otherwise={})
        labels, annotations = (value(pod, "metadata", name, otherwise={}) for name in ("labels", "annotations"))
        yield PodTemplate(applied, labels, annotations, pod.get("spec") or {})


def value(data: Any, *path: str, otherwise: Any = None) -> Any:
    """What stands at a path of an object; `otherwise` where something on the way is missing or null."""
    for key in path:
        if not isinstance(data, Mapping) or data.get(key) is None:
            return otherwise
        data = data[key]
    return data


def names(objects: Iterable[Applied | PodTemplate]) -> str:
    """The titles of these, for a message."""
    owners = (one.owner if isinstance(one, PodTemplate) else one for one in objects)
    return ", ".join(dict.fromkeys(owner.manifest.title for owner in owners))


_GROUPS: Final[Mapping[str, str]] = {
    "Pod": "",
    "Service": "",
    "Deployment": "apps",
    "StatefulSet": "apps",
    "DaemonSet": "apps",
    "ReplicaSet": "apps",
    "Job": "batch",
    "CronJob": "batch",
    "HorizontalPodAutoscaler": "autoscaling",
    "PodDisruptionBudget": "policy",
    "Ingress": "networking.k8s.io",
    "NetworkPolicy": "networking.k8s.io",
    "Gateway": "gateway.networking.k8s.io",
    "HTTPRoute": "gateway.networking.k8s.io",
    "SecretProviderClass": "secrets-store.csi.x-k8s.io",
}
TEMPLATE_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}

"""The manifests of one environment, as the rules look at them: by kind and name, with the pods that each makes.

What stands there may be anything, since an escape hatch writes what it likes: these readers take every shape, and what is
no mapping, list or text where one belongs is nothing to them (the schema of the API server refuses it).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from twinstack.environment.label_selector import selects
from twinstack.policy.rule import Fault

Data: TypeAlias = Mapping[str, Any]
T = TypeVar("T")
K = TypeVar("K")


class Limit(NamedTuple):
    """A field of an autoscaler's spec, and what holds where it is not there."""

    field: str
    default: int


SCALERS: Final = {
    "HorizontalPodAutoscaler": (Limit("minReplicas", 1), Limit("maxReplicas", 0)),
    "ScaledObject": (Limit("minReplicaCount", 0), Limit("maxReplicaCount", 100)),
}
"""The kinds that say how many pods of a workload run: the least and the most. Source of the defaults: the definitions of
the API server, and of KEDA 2.20.
"""


@dataclass(frozen=True, slots=True)
class Object:
    """One manifest, and its place in the order of applying."""

    data: Data
    index: int

    @property
    def kind(self) -> str:
        """`Deployment`."""
        return text(self.data, "kind")

    @property
    def group(self) -> str:
        """`apps`; empty: the core group."""
        version = text(self.data, "apiVersion")
        return version.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The object's name."""
        return text(self.data, "metadata", "name")

    @property
    def namespace(self) -> str:
        """Its namespace; `default` where it names none."""
        return text(self.data, "metadata", "namespace") or "default"

    @property
    def annotations(self) -> Data:
        """Its annotations."""
        return mapping(self.data, "metadata", "annotations")

    @property
    def spec(self) -> Data:
        """Its spec."""
        return mapping(self.data, "spec")

    @property
    def title(self) -> str:
        """`Deployment analytics/backend`."""
        named = text(self.data, "metadata", "namespace")
        return f"{self.kind} {named}/{self.name}" if named else f"{self.kind} {self.name}"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """By what it is the same object in another release, whatever is in it."""
        return self.group, self.kind, self.namespace, self.name

    def fault(self, path: str, given: object, allowed: str = "") -> Fault:
        """A fault of this object."""
        return Fault(self.title, path, str(given), allowed)


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod template, and where it stands in the object."""

    data: Data
    path: str
    first: bool
    """One that runs before the others: an init container, sidecars among them."""

    @property
    def name(self) -> str:
        """Its name."""
        return text(self.data, "name")

    @property
    def stays(self) -> bool:
        """Whether it runs beside the others: no init container, but for a sidecar."""
        return not self.first or self.data.get("restartPolicy") == "Always"


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods that an object makes."""

    owner: Object
    path: str
    """Where the pod's spec stands in the object: `spec.template.spec`."""
    metadata: Data
    spec: Data

    @property
    def labels(self) -> Mapping[str, str]:
        """The pods' labels."""
        return mapping(self.metadata, "labels")

    @property
    def namespace(self) -> str:
        """Their namespace."""
        return self.owner.namespace

    @property
    def containers(self) -> list[Container]:
        """All containers: those that stay, those before them, and those for debugging."""
        return [
            Container(one, f"{self.path}.{group}[{text(one, 'name') or index}]", group == "initContainers")
            for group in ("initContainers", "containers", "ephemeralContainers")
            for index, one in enumerate(mappings(self.spec, group))
        ]

    @property
    def volumes(self) -> list[Data]:
        """The volumes."""
        return mappings(self.spec, "volumes")

    @property
    def windows(self) -> bool:
        """Whether they run on Windows, where half of a security context means nothing."""
        return text(self.spec, "os", "name") == "windows"


@dataclass(frozen=True)
class Objects:
    """All manifests of one environment, in the order of applying."""

    manifests: tuple[Data, ...]
    version: tuple[int, int] = (1, 36)
    """The cluster's Kubernetes version."""
    zones: int = 3
    """The zones that nodes run in."""
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of_documents(cls, documents: Iterable[Any], *, version: str = "1.36", zones: int = 3) -> Objects:
        """From what a YAML reader gives; what is no object is left out."""
        major, _, minor = version.partition(".")
        return cls(tuple(one for one in documents if isinstance(one, Mapping)), (int(major), int(minor or 0)), zones)

    @cached_property
    def all(self) -> list[Object]:
        """Every object."""
        return [Object(data, index) for index, data in enumerate(self.manifests)]

    def once(self, what: Hashable, find: Callable[[], T]) -> T:
        """What a rule finds for each of many things, and finds but once."""
        if what not in self._known:
            self._known[what] = find()
        found: T = self._known[what]
        return found

    def of(self, *kinds: str) -> list[Object]:
        """The objects of these kinds, of Kubernetes' own groups and of any other."""
        return [one for kind in kinds for one in self._by_kind.get(kind, ())]

    def named(self, kind: str, name: str, namespace: str = "") -> list[Object]:
        """The objects of this kind and name; without a namespace, in any."""
        return [one for one in self._by_name.get((kind, name), ()) if not namespace or one.namespace == namespace]

    def find(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """The first object of this kind and name; without a namespace, in any."""
        return next(iter(self.named(kind, name, namespace)), None)

    def same(self, one: Object) -> Object | None:
        """What stands here for an object of another release."""
        return next((other for other in self.named(one.kind, one.name) if other.identity == one.identity), None)

    @cached_property
    def _by_kind(self) -> dict[str, list[Object]]:
        return grouped((one.kind, one) for one in self.all)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Object]]:
        return grouped(((one.kind, one.name), one) for one in self.all)

    @cached_property
    def pods(self) -> list[Pods]:
        """The pods of every workload."""
        return [pods for one in self.all if (pods := pods_of(one)) is not None]

    def selected(self, selector: Any, namespace: str) -> list[Pods]:
        """The pods of a namespace that a label selector selects; an empty one selects all, none nothing."""
        pairs = [pair for pair in mapping(selector, "matchLabels").items() if isinstance(pair[1], str)]
        if not pairs:
            return [one for one in self._by_namespace.get(namespace, ()) if chosen(selector, one.labels)]
        likely = min((self._by_label.get((namespace, *pair), []) for pair in pairs), key=len)
        return [one for one in likely if chosen(selector, one.labels)]

    @cached_property
    def _by_namespace(self) -> dict[str, list[Pods]]:
        return grouped((one.namespace, one) for one in self.pods)

    @cached_property
    def _by_label(self) -> dict[tuple[str, str, str], list[Pods]]:
        return grouped(
            ((one.namespace, name, value), one)
            for one in self.pods
            for name, value in one.labels.items()
            if isinstance(value, str)
        )

    def replicas(self, owner: Object) -> tuple[int, int]:
        """How many pods of a workload run at least and at most, by its autoscaler where it has one."""
        scaler = next(iter(self._scalers.get((owner.kind, owner.name, owner.namespace), ())), None)
        if scaler is not None:
            least, most = SCALERS[scaler.kind]
            lowest = number(scaler.spec.get(least.field), least.default)
            return lowest, max(lowest, number(scaler.spec.get(most.field), most.default))
        fixed = number(owner.spec.get("replicas"), 1)
        return fixed, fixed

    @cached_property
    def _scalers(self) -> dict[tuple[str, str, str], list[Object]]:
        return grouped(
            ((text(target, "kind") or "Deployment", text(target, "name"), scaler.namespace), scaler)
            for scaler in self.of(*SCALERS)
            for target in [mapping(scaler.spec, "scaleTargetRef")]
        )


def grouped(pairs: Iterable[tuple[K, T]]) -> dict[K, list[T]]:
    """The seconds of the pairs by their firsts, in their order."""
    found: dict[K, list[T]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found


def pods_of(one: Object) -> Pods | None:
    """The pods that an object makes; None where it makes none."""
    path = TEMPLATES.get((one.group, one.kind))
    if path is None:
        return None
    template = mapping(one.data, *path)
    return Pods(one, ".".join((*path, "spec")), mapping(template, "metadata"), mapping(template, "spec"))


def strategy_of(deployment: Object) -> str:
    """How its pods are replaced, `Recreate`."""
    return text(deployment.spec, "strategy", "type") or "RollingUpdate"


def mapping(data: Any, *path: str) -> Data:
    """The mapping at a path; empty where there is none."""
    found = reach(data, *path)
    return found if type(found) is dict or isinstance(found, Mapping) else {}


def mappings(data: Any, *path: str) -> list[Data]:
    """The mappings in the list at a path."""
    found = reach(data, *path)
    return [one for one in found if type(one) is dict or isinstance(one, Mapping)] if isinstance(found, list) else []


def texts(data: Any, *path: str) -> list[str]:
    """The texts in the list at a path."""
    found = reach(data, *path)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def text(data: Any, *path: str) -> str:
    """The text at a path; empty where there is none."""
    found = reach(data, *path)
    return found if isinstance(found, str) else ""


def scalar(data: Any, *path: str) -> Any:
    """The text, number or truth value at a path; None where there is none: what can be compared and counted."""
    found = reach(data, *path)
    return found if isinstance(found, str | int | float) else None


def reach(data: Any, *path: str) -> Any:
    """What stands at a path; None where something on the way is missing."""
    for key in path:
        # Asking an abstract class is the dear half of a judgement, and nearly everything is a dict.
        if type(data) is not dict and not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def number(found: Any, otherwise: int) -> int:
    """A whole number; `otherwise` where there is none."""
    return found if isinstance(found, int) and not isinstance(found, bool) else otherwise


def share(found: Any, of: int, otherwise: int, *, up: bool) -> int:
    """A number, or a percentage of `of`: `25%` of 10 is 3 rounded up, 2 rounded down.

    Source: Kubernetes API reference, DeploymentSpec: maxSurge is rounded up, maxUnavailable down.
    """
    if isinstance(found, str) and found.endswith("%") and found[:-1].isdigit():
        return -(-of * int(found[:-1]) // 100) if up else of * int(found[:-1]) // 100
    return number(found, otherwise)


def chosen(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects these labels; one that is none selects nothing."""
    if type(selector) is not dict and not isinstance(selector, Mapping):
        return False
    if "matchExpressions" not in selector:
        return selects({"matchLabels": mapping(selector, "matchLabels")}, labels)
    expressions = [
        {"key": text(one, "key"), "operator": text(one, "operator"), "values": texts(one, "values")}
        for one in mappings(selector, "matchExpressions")
    ]
    return selects({"matchLabels": mapping(selector, "matchLabels"), "matchExpressions": expressions}, labels)


def repeated(found: Iterable[Any]) -> Iterator[Any]:
    """What comes more than once, each once."""
    seen: set[Any] = set()
    told: set[Any] = set()
    for one in found:
        if one in seen and one not in told:
            told.add(one)
            yield one
        seen.add(one)


_TEMPLATE: Final = ("spec", "template")
TEMPLATES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("", "ReplicationController"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("", "PodTemplate"): ("template",),
    ("", "Pod"): (),
}
"""Where each kind has the template of its pods, by group and kind."""

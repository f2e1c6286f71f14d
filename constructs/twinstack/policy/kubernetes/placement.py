"""Placement: pods that no node can take, or that are spread by labels they do not have.

Sources: Kubernetes documentation, "Pod Topology Spread Constraints", "Assigning Pods to Nodes", "Well-Known Labels".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Data,
    Objects,
    Pods,
    chosen,
    mapping,
    mappings,
    number,
    share,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("spreads-others", "a spread constraint does not count these pods", "make its selector theirs")
def spreads_others(objects: Objects) -> Iterator[Fault]:
    """A spread constraint whose selector does not select the pods it is written on: it spreads nothing."""
    for pods in objects.pods:
        for index, one in enumerate(mappings(pods.spec, "topologySpreadConstraints")):
            path = f"{pods.path}.topologySpreadConstraints[{index}]"
            if not chosen(one.get("labelSelector"), pods.labels):
                yield pods.owner.fault(f"{path}.labelSelector", one.get("labelSelector"), str(dict(pods.labels)))
            if number(one.get("maxSkew"), 1) < 1:
                yield pods.owner.fault(f"{path}.maxSkew", one["maxSkew"], "1 or more")
            hard = one.get("whenUnsatisfiable") == "DoNotSchedule"
            if "minDomains" in one and not hard:
                yield pods.owner.fault(f"{path}.minDomains", "without whenUnsatisfiable: DoNotSchedule", "none")
            domains = number(one.get("minDomains"), 1)
            if hard and one.get("topologyKey") == _ZONE and domains > objects.zones and _most(objects, pods) > 1:
                yield pods.owner.fault(f"{path}.minDomains", f"{domains} zones of {objects.zones}", "as many as are")


@RULES(
    "keeps-itself-out",
    "more pods than places that may hold one each",
    "prefer it instead of requiring it, or run fewer",
)
def keeps_itself_out(objects: Objects) -> Iterator[Fault]:
    """Pods that must not share a zone with each other, of which there are more than zones: some never run."""
    for pods in objects.pods:
        for index, term in enumerate(mappings(pods.spec, "affinity", "podAntiAffinity", _REQUIRED)):
            if term.get("topologyKey") not in {_ZONE, _REGION} or not chosen(term.get("labelSelector"), pods.labels):
                continue
            places = objects.zones if term["topologyKey"] == _ZONE else 1
            most = _most(objects, pods)
            if most > places:
                yield pods.owner.fault(
                    f"{pods.path}.affinity.podAntiAffinity.{_REQUIRED}[{index}]",
                    f"{most} pods, new ones of a rollout counted, in {places} {term['topologyKey']}",
                    f"at most {places}, or preferred instead of required",
                )


@RULES("waits-for-nobody", "pods must stand beside others that do not exist", "correct the selector")
def waits_for_nobody(objects: Objects) -> Iterator[Fault]:
    """Pods that must stand beside others that do not exist."""
    for pods in objects.pods:
        for index, term in enumerate(mappings(pods.spec, "affinity", "podAffinity", _REQUIRED)):
            if term.get("namespaces") or "namespaceSelector" in term:
                continue
            if not objects.selected(term.get("labelSelector"), pods.namespace):
                path = f"{pods.path}.affinity.podAffinity.{_REQUIRED}[{index}]"
                yield pods.owner.fault(path, term.get("labelSelector"), "labels of pods that exist")


@RULES("no-such-node", "no node can be as asked for", "correct the label's value")
def no_such_node(objects: Objects) -> Iterator[Fault]:
    """Nodes asked for by a label value that no node has, or by two that contradict each other."""
    for pods in objects.pods:
        if name := text(pods.spec, "nodeName"):
            yield pods.owner.fault(f"{pods.path}.nodeName", name, "no name: nodes come and go under new ones")
        wanted = mapping(pods.spec, "nodeSelector")
        for name, value in wanted.items():
            yield from _value(pods, f"{pods.path}.nodeSelector", str(name), [value])
        terms = mappings(pods.spec, "affinity", "nodeAffinity", _REQUIRED, "nodeSelectorTerms")
        path = f"{pods.path}.affinity.nodeAffinity"
        for term in terms:
            for one in mappings(term, "matchExpressions"):
                operator, values = text(one, "operator"), texts(one, "values")
                if operator in {"In", "NotIn"} and not values:
                    yield pods.owner.fault(path, f"{operator} of no values", "one value or more")
                elif operator in {"Exists", "DoesNotExist"} and "values" in one:
                    yield pods.owner.fault(path, f"{operator} with values", "none")
                elif operator in {"Gt", "Lt"} and not (len(values) == 1 and values[0].lstrip("-").isdigit()):
                    yield pods.owner.fault(path, f"{operator} {values}", "one whole number, as a text")
                elif operator not in {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"}:
                    yield pods.owner.fault(path, operator or "no operator", "In, NotIn, Exists, DoesNotExist, Gt, Lt")
                elif operator == "In":
                    yield from _value(pods, path, text(one, "key"), values)
        if terms and all(_contradicts(term, wanted) for term in terms):
            yield pods.owner.fault(path, f"it contradicts nodeSelector {dict(wanted)}", "one of the two")


@RULES("tolerates-nothing", "a toleration is none", "correct it")
def tolerates_nothing(objects: Objects) -> Iterator[Fault]:
    """A toleration that Kubernetes refuses, or that tolerates nothing."""
    for pods in objects.pods:
        for index, one in enumerate(mappings(pods.spec, "tolerations")):
            path = f"{pods.path}.tolerations[{index}]"
            operator = one.get("operator", "Equal")
            if operator == "Exists" and one.get("value"):
                yield pods.owner.fault(path, "operator Exists with a value", "no value")
            elif operator == "Equal" and not one.get("key"):
                yield pods.owner.fault(path, "no key", "operator: Exists, which tolerates all")
            if one.get("effect") not in {None, "", "NoSchedule", "PreferNoSchedule", "NoExecute"}:
                yield pods.owner.fault(f"{path}.effect", one["effect"], "NoSchedule, PreferNoSchedule, NoExecute")
            elif "tolerationSeconds" in one and one.get("effect") != "NoExecute":
                yield pods.owner.fault(f"{path}.tolerationSeconds", "without effect NoExecute", "none")


@RULES("old-node-labels", "a label of nodes that has another name by now", "use the new name")
def old_node_labels(objects: Objects) -> Iterator[Fault]:
    """A label of nodes that has another name since Kubernetes 1.17: newer nodes do not carry it."""
    for pods in objects.pods:
        names = {
            *mapping(pods.spec, "nodeSelector"),
            *(text(one, "topologyKey") for one in mappings(pods.spec, "topologySpreadConstraints")),
            *(
                text(one, "key")
                for term in mappings(pods.spec, "affinity", "nodeAffinity", _REQUIRED, "nodeSelectorTerms")
                for one in mappings(term, "matchExpressions")
            ),
            *(
                text(term, "topologyKey")
                for kind in ("podAffinity", "podAntiAffinity")
                for term in mappings(pods.spec, "affinity", kind, _REQUIRED)
            ),
        }
        for name in sorted(str(one) for one in names if one in _RENAMED):
            yield pods.owner.fault(pods.path, name, _RENAMED[name])


def _value(pods: Pods, path: str, name: str, values: list[Any]) -> Iterator[Fault]:
    known = _VALUES.get(name)
    if known and not set(values) & set(known):
        yield pods.owner.fault(f"{path}[{name}]", ", ".join(str(one) for one in values), " or ".join(known))
    for value in values:
        if not isinstance(value, str):
            yield pods.owner.fault(f"{path}[{name}]", f"{value!r}, which is no text", f'"{value}"')


def _contradicts(term: Data, wanted: Data) -> bool:
    for one in mappings(term, "matchExpressions"):
        key, operator, values = text(one, "key"), text(one, "operator"), texts(one, "values")
        if key in wanted and (
            (operator == "In" and wanted[key] not in values)
            or (operator == "NotIn" and wanted[key] in values)
            or operator == "DoesNotExist"
        ):
            return True
    return False


def _most(objects: Objects, pods: Pods) -> int:
    most = objects.replicas(pods.owner)[1]
    if pods.owner.kind != "Deployment" or text(pods.owner.spec, "strategy", "type") == "Recreate":
        return most
    return most + share(mapping(pods.owner.spec, "strategy", "rollingUpdate").get("maxSurge", "25%"), most, 1, up=True)


_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_ZONE: Final = "topology.kubernetes.io/zone"
_REGION: Final = "topology.kubernetes.io/region"
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes.io/arch": ("amd64", "arm64"),
    "kubernetes.io/os": ("linux", "windows"),
    "karpenter.sh/capacity-type": ("on-demand", "spot", "reserved"),
    "eks.amazonaws.com/capacityType": ("ON_DEMAND", "SPOT", "CAPACITY_BLOCK"),
    "eks.amazonaws.com/compute-type": ("auto", "ec2", "fargate", "hybrid"),
}
_RENAMED: Final[Mapping[str, str]] = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/zone": _ZONE,
    "failure-domain.beta.kubernetes.io/region": _REGION,
}

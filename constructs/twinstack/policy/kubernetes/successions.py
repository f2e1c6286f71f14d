"""From one release to the next: what Kubernetes does without a word, and what goes wrong with it for a while or for good.

Sources: AWS Load Balancer Controller 2.13, "Ingress annotations" and "IngressClassParams"; Amazon EKS User Guide, "Route
application and HTTP traffic with Application Load Balancers"; Kubernetes documentation, "Network Policies", "Pod Security
Admission" and "Deployments".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Object,
    Objects,
    Pods,
    chosen,
    mapping,
    mappings,
    strategy_of,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "load-balancer-anew",
    "another load balancer takes the place of the one that stands",
    "make the new one beside it, move the names, and take the old one away in a later release",
    compares=True,
)
def load_balancer_anew(before: Objects, after: Objects) -> Iterator[Fault]:
    """A change for which the controller deletes the load balancer and makes another: its address is a new one, and until
    the names lead there nobody gets in.
    """
    for old in before.of("Ingress"):
        new = after.same(old)
        if new is not None:
            was, becomes = _load_balancer(before, old), _load_balancer(after, new)
            for key in was:
                if was[key] != becomes[key]:
                    yield new.fault(key, f"{was[key] or 'none'} becomes {becomes[key] or 'none'}", "the same")
            continue
        for other in after.of("Ingress"):
            shared = _hosts(old) & _hosts(other)
            if shared and before.same(other) is None:
                yield other.fault(
                    "metadata.name", f"{other.name}, and {old.title} had {', '.join(sorted(shared))}", old.name
                )


@RULES(
    "load-balancer-protected",
    "a protected load balancer is to go",
    "take deletion_protection.enabled off in one release, and the Ingress or Gateway away in the next",
    compares=True,
)
def load_balancer_protected(before: Objects, after: Objects) -> Iterator[Fault]:
    """An Ingress or Gateway that goes while its load balancer may not be deleted: its finalizer stays, and it with that."""
    for old in before.of("Ingress", "Gateway"):
        if after.same(old) is None and _is_protected(before, old):
            yield old.fault(
                "", "removed, and its load balancer has deletion_protection.enabled", "off one release before"
            )


@RULES(
    "ran-alone",
    "what ran alone may run twice",
    "keep replicas: 1 and Recreate, or make it bear a second one first",
    compares=True,
)
def ran_alone(before: Objects, after: Objects) -> Iterator[Fault]:
    """A workload of one pod that is replaced, never doubled, becomes one of which two run at a time: each does the work."""
    for old in before.of("Deployment"):
        new = after.same(old)
        if new is None or strategy_of(old) != "Recreate" or before.replicas(old)[1] > 1:
            continue
        if after.replicas(new)[1] > 1:
            yield new.fault("spec.replicas", f"1 becomes up to {after.replicas(new)[1]}", "1")
        elif strategy_of(new) != "Recreate":
            yield new.fault("spec.strategy.type", f"Recreate becomes {strategy_of(new)}", "Recreate")


@RULES(
    "scaler-goes",
    "nobody says any more how many pods run",
    "write spec.replicas, or keep the autoscaler",
    compares=True,
)
def scaler_goes(before: Objects, after: Objects) -> Iterator[Fault]:
    """An autoscaler goes, and its workload says no number: as many go on as run in that moment, few in a quiet hour, and one
    wherever it is made anew.
    """
    for old in before.of("Deployment", "StatefulSet"):
        new = after.same(old)
        if new is None or new.spec.get("replicas") is not None:
            continue
        lowest, highest = before.replicas(old)
        if highest > 1 and after.replicas(new) == (1, 1):
            yield new.fault(
                "spec.replicas", f"nothing, and {lowest} to {highest} by its autoscaler before", f"{lowest}"
            )


@RULES(
    "wall-goes",
    "what kept pods apart goes",
    "keep it, or name what may reach them instead",
    compares=True,
)
def wall_goes(before: Objects, after: Objects) -> Iterator[Fault]:
    """Pods that no network policy closes any more in a direction that one closed before, or a namespace in which Pod
    Security refuses less.
    """
    for pods in after.pods:
        old = next((one for one in before.pods if one.owner.identity == pods.owner.identity), None)
        if old is None:
            continue
        for direction in sorted(_closed(before, old) - _closed(after, pods)):
            yield pods.owner.fault("", f"no NetworkPolicy closes {direction} any more", "one that does")
    for space in after.of("Namespace"):
        was, now = (_level(one) for one in (before.same(space), space))
        if was in _LEVELS and (now not in _LEVELS or _LEVELS.index(now) < _LEVELS.index(was)):
            yield space.fault(f"metadata.labels.{_ENFORCE}", f"{was} becomes {now or 'nothing'}", was)


@RULES(
    "service-moves-at-once",
    "a Service leaves its pods before the new ones are there",
    "give the pods the new label in one release, and the Service in the next",
    compares=True,
)
def service_moves_at_once(before: Objects, after: Objects) -> Iterator[Fault]:
    """A selector that none of the running pods carries: the Service has no endpoint until a new pod is ready."""
    for new in after.of("Service"):
        old = before.same(new)
        selector = mapping(new.spec, "selector")
        if old is None or not selector or selector == mapping(old.spec, "selector"):
            continue
        stood = before.selected({"matchLabels": mapping(old.spec, "selector")}, old.namespace)
        if stood and not any(chosen({"matchLabels": selector}, one.labels) for one in stood):
            yield new.fault(
                "spec.selector", f"{dict(selector)}, which none of the pods that run has", "labels that they have"
            )


def _load_balancer(objects: Objects, one: Object) -> dict[str, str]:
    """By what the controller knows a load balancer: its annotations, and over them what the class says."""
    params = _params(objects, one)
    found = {f"metadata.annotations.{_ALB}{name}": text(one.annotations, f"{_ALB}{name}") for name in _ANEW}
    for name, path in _ANEW.items():
        if params is not None and (said := text(params.spec, *path)):
            found[f"metadata.annotations.{_ALB}{name}"] = said
    return found


def _params(objects: Objects, one: Object) -> Object | None:
    made = objects.find("IngressClass", text(one.spec, "ingressClassName"))
    return made and objects.find("IngressClassParams", text(made.spec, "parameters", "name"))


def _is_protected(objects: Objects, one: Object) -> bool:
    params = _configuration(objects, one) if one.kind == "Gateway" else _params(objects, one)
    said = [(text(each, "key"), text(each, "value")) for each in mappings(params.spec, _ATTRIBUTES)] if params else []
    written = text(one.annotations, f"{_ALB}load-balancer-attributes").replace(" ", "").split(",")
    return (_PROTECTION, "true") in said or f"{_PROTECTION}=true" in written


def _configuration(objects: Objects, gateway: Object) -> Object | None:
    reference = mapping(gateway.spec, "infrastructure", "parametersRef")
    is_of_aws = text(reference, "kind") == "LoadBalancerConfiguration"
    return objects.find("LoadBalancerConfiguration", text(reference, "name"), gateway.namespace) if is_of_aws else None


def _hosts(one: Object) -> set[str]:
    return {text(rule, "host") for rule in mappings(one.spec, "rules")} - {""}


def _closed(objects: Objects, pods: Pods) -> set[str]:
    found: set[str] = set()
    for one in objects.of("NetworkPolicy"):
        if one.namespace == pods.namespace and chosen(mapping(one.spec, "podSelector"), pods.labels):
            found |= set(texts(one.spec, "policyTypes")) or {"Ingress", *(["Egress"] if "egress" in one.spec else [])}
    return found


def _level(space: Object | None) -> str:
    return text(space.data, "metadata", "labels", _ENFORCE) if space else ""


_ALB: Final = "alb.ingress.kubernetes.io/"
_ANEW: Final = {
    "scheme": ("scheme",),
    "group.name": ("group", "name"),
    "load-balancer-name": ("loadBalancerName",),
}
"""The annotations for which a load balancer is made anew, and where the class's parameters say the same."""
_ATTRIBUTES: Final = "loadBalancerAttributes"
_PROTECTION: Final = "deletion_protection.enabled"
_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_LEVELS: Final = ("privileged", "baseline", "restricted")
"""From the one that refuses nothing on."""

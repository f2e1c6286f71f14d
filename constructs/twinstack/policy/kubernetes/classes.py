"""What the class of an Ingress says of its load balancer, and what the paths of an Ingress say to it.

Sources: Amazon EKS User Guide, "Create an IngressClass to configure an Application Load Balancer"; Elastic Load Balancing API
Reference, LoadBalancerAttribute and Matcher; AWS Load Balancer Controller 2.13, "Ingress specification" and the path
conditions that it builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Object, Objects, chosen, mapping, mappings, repeated, text
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "class-contradicts-itself", "the parameters of a class contradict themselves", "write each once, as AWS takes it"
)
def class_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """Parameters by which no load balancer can be made: an attribute twice, or a value that it does not take."""
    for one in objects.of("IngressClassParams"):
        attributes = mappings(one.spec, "loadBalancerAttributes")
        for key in repeated(text(attribute, "key") for attribute in attributes):
            yield one.fault("spec.loadBalancerAttributes", f"{key} twice", "each once")
        for attribute in attributes:
            least, most = _RANGES.get(text(attribute, "key"), (0, 0))
            value = text(attribute, "value")
            if most and not (value.isdigit() and least <= int(value) <= most):
                yield one.fault(f"spec.loadBalancerAttributes[{text(attribute, 'key')}]", value, f"{least} to {most}")
        for key, values in _WORDS.items():
            if (value := text(one.spec, key)) and value not in values:
                yield one.fault(f"spec.{key}", value, ", ".join(values))
        policy = text(one.spec, "sslPolicy")
        if policy and not _POLICY.fullmatch(policy):
            yield one.fault(
                "spec.sslPolicy", policy, "a policy of Elastic Load Balancing, ELBSecurityPolicy-TLS13-1-2-2021-06"
            )


@RULES("class-shuts-out", "the class does not let the Ingress's namespace in", "make namespaceSelector match it")
def class_shuts_out(objects: Objects) -> Iterator[Fault]:
    """An Ingress in a namespace that its class's parameters do not select: no load balancer is made for it."""
    for one in objects.of("Ingress"):
        made = objects.find("IngressClass", text(one.spec, "ingressClassName"))
        params = made and objects.find("IngressClassParams", text(made.spec, "parameters", "name"))
        selector = mapping(params.spec, "namespaceSelector") if params else {}
        if params is None or not selector:
            continue
        space = objects.find("Namespace", one.namespace)
        labels = {
            **(mapping(space.data, "metadata", "labels") if space else {}),
            "kubernetes.io/metadata.name": one.namespace,
        }
        if not chosen(selector, labels):
            yield one.fault("metadata.namespace", f"{one.namespace}, which {params.title} does not select")


@RULES("path-has-wildcard", "a wildcard in a path that takes none", "leave it out: Prefix means all that lies below")
def path_has_wildcard(objects: Objects) -> Iterator[Fault]:
    """`/*` with pathType Prefix or Exact: the load balancer's controller refuses the Ingress as a whole."""
    for one in objects.of("Ingress"):
        if not _is_alb(objects, one):
            continue
        for rule in mappings(one.spec, "rules"):
            for path in mappings(rule, "http", "paths"):
                place = text(path, "path")
                if text(path, "pathType") in {"Prefix", "Exact"} and re.search(r"[*?]", place):
                    yield one.fault("spec.rules.http.paths.path", place, re.sub(r"(?s)/?[*?].*", "", place) or "/")


@RULES("answer-is-none", "an answer that no health check takes for right", "give statuses of 200 to 499")
def answer_is_none(objects: Objects) -> Iterator[Fault]:
    """A status beyond those that a target group takes as healthy: the target group cannot be made."""
    for one in objects.of("Ingress", "Service"):
        codes = text(one.annotations, _CODES)
        grpc = "GRPC" in text(one.annotations, _VERSION)
        least, most = (0, 99) if grpc else (200, 499)
        numbers = [int(part) for part in re.findall(r"\d+", codes)]
        if codes and (not re.fullmatch(r"\d+([,-]\d+)*", codes) or not all(least <= one <= most for one in numbers)):
            yield one.fault(f"metadata.annotations.{_CODES}", codes, f"{least} to {most}, as 200,201 or 200-299")


def _is_alb(objects: Objects, one: Object) -> bool:
    made: Any = objects.find("IngressClass", text(one.spec, "ingressClassName"))
    return made is not None and text(made.spec, "controller") in _ALB_CONTROLLERS


_ALB_CONTROLLERS: Final = frozenset({"eks.amazonaws.com/alb", "ingress.k8s.aws/alb"})
_CODES: Final = "alb.ingress.kubernetes.io/success-codes"
_VERSION: Final = "alb.ingress.kubernetes.io/backend-protocol-version"
_RANGES: Final = {"idle_timeout.timeout_seconds": (1, 4000), "client_keep_alive.seconds": (60, 604800)}
_WORDS: Final = {
    "scheme": ("internal", "internet-facing"),
    "ipAddressType": ("ipv4", "dualstack", "dualstack-without-public-ipv4"),
}
_POLICY: Final = re.compile(r"ELBSecurityPolicy-(2016-08|[A-Z]+[A-Za-z0-9-]*-(20\d\d-\d\d))")
"""All that were ever published end in the month they are of."""

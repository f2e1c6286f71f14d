"""Services and Ingresses: whether requests arrive at pods.

Source: Kubernetes documentation, "Service", "Ingress"; AWS Load Balancer Controller, "Ingress annotations".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Data,
    Object,
    Objects,
    Pods,
    mapping,
    mappings,
    number,
    reach,
    repeated,
    scalar,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "service-selects-nothing",
    "the Service selects no pods that answer",
    "make its selector the labels of those pods alone",
)
def service_selects_nothing(objects: Objects) -> Iterator[Fault]:
    """A Service that selects no pods, or among its pods some of a Job, which answer nothing."""
    for service in objects.of("Service"):
        selector = mapping(service.spec, "selector")
        if not selector or service.group or text(service.spec, "type") == "ExternalName":
            continue
        selected = objects.selected({"matchLabels": selector}, service.namespace)
        if not selected:
            yield service.fault("spec.selector", dict(selector), "the labels of the pods that answer")
        jobs = [one for one in selected if one.owner.kind in {"Job", "CronJob"}]
        if jobs and len(jobs) < len(selected):
            yield service.fault("spec.selector", f"{dict(selector)}, which {jobs[0].owner.title} carries as well")


@RULES(
    "service-port-leads-nowhere",
    "the Service sends to a port that its pods do not have",
    "correct targetPort, or declare the container's port",
)
def service_port_leads_nowhere(objects: Objects) -> Iterator[Fault]:
    """A Service that sends to a port which its pods do not name or declare, by that protocol."""
    for service in objects.of("Service"):
        if service.group:
            continue
        selected = objects.selected({"matchLabels": mapping(service.spec, "selector")}, service.namespace)
        if not mapping(service.spec, "selector"):
            continue
        for port in mappings(service.spec, "ports"):
            wanted = scalar(port, "targetPort" if "targetPort" in port else "port")
            for pods in selected:
                if pods.owner.kind in {"Job", "CronJob"}:
                    continue
                declared = [one for container in pods.containers for one in mappings(container.data, "ports")]
                same = [
                    one for one in declared if (text(one, "protocol") or "TCP") == (text(port, "protocol") or "TCP")
                ]
                known = {scalar(one, "name") for one in same} if isinstance(wanted, str) else _numbers(same)
                if wanted not in known and (declared or isinstance(wanted, str)):
                    allowed = ", ".join(sorted(str(one) for one in known if one)) or "none of this protocol"
                    yield service.fault("spec.ports.targetPort", f"{wanted}, of {pods.owner.title}", allowed)


@RULES("service-contradicts-itself", "the Service contradicts itself", "correct its ports and type", severity="error")
def service_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A Service that Kubernetes refuses: a port twice, several without names, an external name that is an address."""
    for service in objects.of("Service"):
        if service.group:
            continue
        ports = mappings(service.spec, "ports")
        kind = text(service.spec, "type") or "ClusterIP"
        for value, protocol in repeated((scalar(one, "port"), text(one, "protocol") or "TCP") for one in ports):
            yield service.fault("spec.ports", f"{value}/{protocol} twice", "each port once")
        for name in repeated(text(one, "name") for one in ports):
            yield service.fault("spec.ports.name", f"{name or 'none'} twice", "a name of its own for each")
        for port in ports:
            node = port.get("nodePort")
            if node and kind == "ClusterIP":
                yield service.fault("spec.ports.nodePort", f"{node}, of a ClusterIP", "none, or type NodePort")
            elif node and not _NODE_PORTS[0] <= number(node, 0) <= _NODE_PORTS[1]:
                yield service.fault("spec.ports.nodePort", node, "30000 to 32767")
        if kind == "ExternalName" and not text(service.spec, "externalName"):
            yield service.fault("spec.externalName", "none", "a host name")
        elif kind != "ExternalName" and not ports and service.spec.get("clusterIP") != "None":
            yield service.fault("spec.ports", "none", "one or more")
        if kind != "LoadBalancer" and texts(service.spec, "loadBalancerSourceRanges"):
            yield service.fault("spec.loadBalancerSourceRanges", f"of a {kind}", "only with type LoadBalancer")


@RULES("ingress-leads-nowhere", "the Ingress sends requests to nobody", "correct the Service's name or port")
def ingress_leads_nowhere(objects: Objects) -> Iterator[Fault]:
    """An Ingress that sends requests to a Service or a port that does not exist, or to an action nobody described."""
    for ingress in objects.of("Ingress"):
        for path, backend in _backends(ingress):
            name = text(backend, "service", "name")
            port = mapping(backend, "service", "port")
            if text(port, "name") == _ACTION_PORT:
                if f"{_ACTION}{name}" not in ingress.annotations:
                    yield ingress.fault(path, name, f"an annotation {_ACTION}{name}")
                continue
            service = objects.find("Service", name, ingress.namespace) if name else None
            if name and service is None:
                there = [one.name for one in objects.of("Service") if one.namespace == ingress.namespace]
                yield ingress.fault(path, f"Service {name}", ", ".join(there) or "no Service is made")
            elif service is not None:
                yield from _port(ingress, path, service, scalar(port, "name") or scalar(port, "number"))


@RULES(
    "ingress-contradicts-itself", "the Ingress contradicts itself or another one", "give each host and path to one rule"
)
def ingress_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A host and path that two rules have, a certificate for a host without a rule, a path that is none."""
    taken: dict[tuple[str, str, str, str], Object] = {}
    for ingress in objects.of("Ingress"):
        hosts = {text(rule, "host") for rule in mappings(ingress.spec, "rules")}
        group = text(ingress.spec, "ingressClassName")
        for rule in mappings(ingress.spec, "rules"):
            for path in mappings(rule, "http", "paths"):
                place = text(path, "path") or "/"
                # Several actions or conditions of one path are told apart by annotations.
                special = text(path, "backend", "service", "port", "name") == _ACTION_PORT
                conditions = f"{_CONDITIONS}{text(path, 'backend', 'service', 'name')}" in ingress.annotations
                key = (group, text(rule, "host"), place, text(path, "pathType"))
                if not special and not conditions:
                    other = taken.get(key)
                    canary = any("/canary" in name for name in ingress.annotations)
                    if other is not None and not canary and not any("/canary" in name for name in other.annotations):
                        yield ingress.fault("spec.rules", f"{key[1]}{place}, which {other.title} has too", "once")
                    taken.setdefault(key, ingress)
                if text(path, "pathType") in {"Prefix", "Exact"} and not place.startswith("/"):
                    yield ingress.fault("spec.rules.http.paths.path", place, f"/{place}")
                if text(path, "pathType") not in {"Prefix", "Exact", "ImplementationSpecific"}:
                    given = text(path, "pathType") or "none"
                    yield ingress.fault(
                        "spec.rules.http.paths.pathType", given, "Prefix, Exact, ImplementationSpecific"
                    )
        for row in mappings(ingress.spec, "tls"):
            for host in texts(row, "hosts"):
                if hosts - {""} and not any(_covers(host, one) or _covers(one, host) for one in hosts):
                    yield ingress.fault("spec.tls.hosts", host, ", ".join(sorted(hosts - {""})))


@RULES("no-such-class", "the Ingress has no class", "name one class, in ingressClassName")
def no_such_class(objects: Objects) -> Iterator[Fault]:
    """An Ingress of two classes at once, or of one that these manifests make under another name."""
    classes = [one.name for one in objects.of("IngressClass")]
    for ingress in objects.of("Ingress"):
        named = text(ingress.spec, "ingressClassName")
        if named and _OLD_CLASS in ingress.annotations:
            yield ingress.fault(f"metadata.annotations[{_OLD_CLASS}]", "beside ingressClassName", "one of the two")
        elif _OLD_CLASS in ingress.annotations:
            yield ingress.fault(f"metadata.annotations[{_OLD_CLASS}]", "deprecated since 1.18", "ingressClassName")
        elif named and classes and named not in classes:
            yield ingress.fault("spec.ingressClassName", named, ", ".join(classes))


def _port(ingress: Object, path: str, service: Object, wanted: object) -> Iterator[Fault]:
    ports = mappings(service.spec, "ports")
    known = {scalar(one, "port") for one in ports} | {scalar(one, "name") for one in ports} - {None}
    if wanted is not None and wanted not in known:
        allowed = ", ".join(sorted(str(one) for one in known))
        yield ingress.fault(path, f"port {wanted} of Service {service.name}", allowed)


def _backends(ingress: Object) -> Iterator[tuple[str, Data]]:
    yield "spec.defaultBackend", mapping(ingress.spec, "defaultBackend")
    for rule in mappings(ingress.spec, "rules"):
        for path in mappings(rule, "http", "paths"):
            yield f"spec.rules[{text(rule, 'host')}]{text(path, 'path')}", mapping(path, "backend")


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])


def _numbers(ports: list[Data]) -> set[object]:
    return {scalar(one, "containerPort") for one in ports}


def backends_of(objects: Objects, ingress: Object) -> Iterator[tuple[Object, Pods, Data]]:
    """The Service, pods and Service port of each backend of an Ingress that exist."""
    for _, backend in _backends(ingress):
        service = objects.find("Service", text(backend, "service", "name"), ingress.namespace)
        port = reach(backend, "service", "port") or {}
        if service is None:
            continue
        for pods in objects.selected({"matchLabels": mapping(service.spec, "selector")}, service.namespace):
            for one in mappings(service.spec, "ports"):
                if mapping(port).get("number") == one.get("port") or mapping(port).get("name") == one.get("name", 0):
                    yield service, pods, one


_NODE_PORTS: Final = (30000, 32767)
_ACTION_PORT: Final = "use-annotation"
_ACTION: Final = "alb.ingress.kubernetes.io/actions."
_CONDITIONS: Final = "alb.ingress.kubernetes.io/conditions."
_OLD_CLASS: Final = "kubernetes.io/ingress.class"

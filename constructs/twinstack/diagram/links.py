"""Who uses what: the outside, the hosts, the workloads and the resources of both halves, with all links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

from twinstack.diagram.drawing import Arrow, Flow, Frame, Icon, Node, Tone
from twinstack.diagram.layout import ranks_of
from twinstack.diagram.made import Made
from twinstack.diagram.resources import picture_of
from twinstack.diagram.text import clipped
from twinstack.diagram.workloads import Running, running
from twinstack.environment.links import Access
from twinstack.environment.spec import WorkloadSpec
from twinstack.policy.kubernetes.objects import Objects, mapping, mappings, text, texts

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


def links(environment: Environment, made: Made) -> Flow:
    """The picture of an environment. What runs and is no field of it, an object by hatch, is drawn too."""
    workloads = running(made.objects)
    fields = {one.kubernetes_name: one.key for one in environment.workloads}
    keys = {one.app: fields.get(one.app, one.app) for one in workloads}
    uses = [(link.workload.key, link.resource.key, link.access) for link in environment.links]
    between = [(one, other) for one, other, _ in uses if other in keys.values()]
    ranks = ranks_of([*keys.values()], between)
    routes = list(_routes(made, workloads, keys))
    hosts = list(dict.fromkeys(host for host, _, _ in routes))
    start = 2 if hosts else 0
    last = start + max(ranks.values(), default=0) + 1
    nodes = [Node(OUTSIDE, "the internet", Icon.OUTSIDE, 0)] if hosts else []
    nodes += [Node(host, host, Icon.HOST, 1, _edge_lines(made)) for host in hosts]
    nodes += [_workload(one, keys[one.app], start + ranks[keys[one.app]]) for one in workloads]
    for resource in environment.resources:
        if not isinstance(resource, WorkloadSpec):
            icon, lines = picture_of(made.owned_by(resource.key))
            nodes.append(Node(resource.key, resource.key, icon, last, tuple(clipped(line, _LONGEST) for line in lines)))
    arrows = [Arrow(OUTSIDE, host, Tone.TRAFFIC, "HTTPS") for host in hosts]
    arrows += [Arrow(host, key, Tone.TRAFFIC, path) for host, path, key in routes]
    known = {node.key for node in nodes}
    arrows += [Arrow(one, other, TONES[access], access) for one, other, access in uses if {one, other} <= known]
    frames = (
        Frame(f"Kubernetes, namespace {environment.context.namespace}", start, last - 1),
        Frame(f"AWS, {environment.region}", last, last),
    )
    return Flow(f"{environment.stack_id}: who uses what", nodes, arrows, frames)


def _workload(one: Running, key: str, rank: int) -> Node:
    return Node(key, key, one.icon, rank, tuple(clipped(line, _LONGEST) for line in one.lines))


def _routes(made: Made, workloads: list[Running], keys: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Host, path and workload of what an Ingress or an HTTPRoute brings in, each once."""
    behind = {
        service.name: keys[one.app]
        for service in made.objects.of("Service")
        for one in workloads
        if one.is_selected({"matchLabels": mapping(service.spec, "selector")}, service.namespace)
    }
    found = {
        (host, path, behind[service]): None
        for host, path, service in (*_ingresses(made.objects), *_gateway_routes(made.objects))
        if service in behind
    }
    yield from found


def _ingresses(objects: Objects) -> Iterator[tuple[str, str, str]]:
    for ingress in objects.of("Ingress"):
        for rule in mappings(ingress.spec, "rules"):
            host = text(rule, "host") or ANY_HOST
            for path in mappings(rule, "http", "paths"):
                yield host, text(path, "path") or "/", text(path, "backend", "service", "name")


def _gateway_routes(objects: Objects) -> Iterator[tuple[str, str, str]]:
    for route in objects.of("HTTPRoute"):
        hosts = texts(route.spec, "hostnames") or [ANY_HOST]
        for rule in mappings(route.spec, "rules"):
            paths = [text(one, "path", "value") or "/" for one in mappings(rule, "matches")] or ["/"]
            names = [text(one, "name") for one in mappings(rule, "backendRefs")]
            yield from product(hosts, paths, names)


def _edge_lines(made: Made) -> tuple[str, ...]:
    objects = made.objects
    schemes = [text(one.spec, "scheme") for one in objects.of("IngressClassParams", "LoadBalancerConfiguration")]
    classes = [
        *(
            (f"ingress class {name}" if (name := text(one.spec, "ingressClassName")) else "")
            for one in objects.of("Ingress")
        ),
        *(f"gateway class {text(one.spec, 'gatewayClassName')}" for one in objects.of("Gateway")),
    ]
    lines = [f"load balancer, {one}" for one in schemes[:1] if one] or [*filter(None, dict.fromkeys(classes))]
    if made.of_type("aws_wafv2_web_acl"):
        lines.append("web firewall")
    return tuple(clipped(line, _LONGEST) for line in lines)


ANY_HOST: Final = "any host"
OUTSIDE: Final = "the internet"
TONES: Final = {
    Access.READ: Tone.READ,
    Access.LIST: Tone.READ,
    Access.MONITOR: Tone.READ,
    Access.WRITE: Tone.WRITE,
    Access.DELETE: Tone.WRITE,
    Access.ADMIN: Tone.ADMIN,
}
_LONGEST: Final = 34

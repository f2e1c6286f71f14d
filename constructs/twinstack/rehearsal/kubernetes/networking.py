"""Whether traffic finds its way: services to pods, ingresses and routes to services, network policies to somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.api_server import ApiServer
from twinstack.environment.label_selector import selects
from twinstack.errors import Problem
from twinstack.labels import PODS_MADE_BY
from twinstack.rehearsal.kubernetes.inventory import Applied, Inventory, names, value


def check_services(
    inventory: Inventory, api: ApiServer, *, pods_run: bool, pending: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """A problem for each Service that no ready pod answers, or whose port its pods do not name.

    `pending` holds the titles of workloads that did not come up: that no pod of theirs answers is no news.
    """
    for service in inventory.of("Service"):
        selector = service.spec.get("selector")
        if not selector or service.spec.get("type") == "ExternalName":
            continue
        selected = [
            one for one in inventory.templates(service.namespace) if selects({"matchLabels": selector}, one.labels)
        ]
        ports = [port for template in selected for one in template.containers for port in one.get("ports") or []]
        expected = pods_run and not any(one.owner.manifest.title in pending for one in selected)
        if not selected or (expected and not _ready_addresses(service, api)):
            yield service.problem(
                "TW914",
                "the Service selects no ready pod",
                given=f"selector {selector}" + (f", the labels of {names(selected)}" if selected else ""),
                fix="make its selector the labels of the pods that answer, and see why they are not ready",
            )
            continue
        for port in service.spec.get("ports") or []:
            wanted, known = port["targetPort"], {one.get("name") for one in ports} - {None}
            if isinstance(wanted, str) and wanted not in known:
                yield service.problem(
                    "TW914",
                    "the Service sends traffic to a port that its pods do not name",
                    given=f"targetPort: {wanted}",
                    allowed=", ".join(sorted(known)) or "these pods name no port",
                    fix="correct targetPort, or name the container's port",
                )
            elif isinstance(wanted, int) and ports and wanted not in {one["containerPort"] for one in ports}:
                yield service.problem(
                    "TW914",
                    "the Service sends traffic to a port that its pods do not declare",
                    given=f"targetPort: {wanted}",
                    allowed=", ".join(sorted({str(one["containerPort"]) for one in ports})),
                    fix="correct targetPort, or declare the container's port",
                    warning=True,
                )


def check_ingresses(inventory: Inventory) -> Iterator[Problem]:
    """A problem for each Ingress that sends requests to a Service or a port that does not exist."""
    for ingress in inventory.of("Ingress"):
        backends = [ingress.spec.get("defaultBackend")]
        for rule in ingress.spec.get("rules") or []:
            backends += [path["backend"] for path in value(rule, "http", "paths", otherwise=[])]
        for backend in backends:
            wanted = value(backend, "service")
            if wanted is None:
                continue
            port = wanted.get("port") or {}
            if port.get("name") == _ACTION_PORT:
                # No Service at all: the load balancer's own action, written in an annotation of this name.
                if f"{_ACTION_ANNOTATION}{wanted['name']}" not in ingress.annotations:
                    yield ingress.problem(
                        "TW918",
                        "the Ingress names an action that no annotation describes",
                        given=wanted["name"],
                        fix=f"write the annotation {_ACTION_ANNOTATION}{wanted['name']}",
                    )
                continue
            yield from _check_backend(inventory, ingress, wanted["name"], port.get("name") or port.get("number"))


def check_routes(inventory: Inventory) -> Iterator[Problem]:
    """A problem for each HTTPRoute that no Gateway lets in, or whose backend does not exist."""
    for route in inventory.of("HTTPRoute"):
        for parent in route.spec.get("parentRefs") or []:
            yield from _check_parent(inventory, route, parent)
        for rule in route.spec.get("rules") or []:
            for backend in rule.get("backendRefs") or []:
                if backend.get("kind", "Service") == "Service":
                    namespace = backend.get("namespace", route.namespace)
                    yield from _check_backend(inventory, route, backend["name"], backend.get("port"), namespace)


def check_network_policies(inventory: Inventory) -> Iterator[Problem]:
    """A problem for each NetworkPolicy that selects nobody, or opens the way to or from nobody."""
    for policy in inventory.of("NetworkPolicy"):
        selector = policy.spec.get("podSelector") or {}
        made_later = policy.annotations.get(PODS_MADE_BY)
        if _written(selector) and not made_later and not _selected(inventory, policy.namespace, selector):
            yield policy.problem(
                "TW922",
                "the NetworkPolicy selects no pods",
                given=f"podSelector {selector}",
                fix="make its selector the labels of the pods it is for; where a controller makes them later, name it in the "
                f"annotation {PODS_MADE_BY}",
            )
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in policy.spec.get(direction) or []:
                for peer in rule.get(side) or []:
                    yield from _check_peer(inventory, policy, direction, peer)


def _check_peer(inventory: Inventory, policy: Applied, direction: str, peer: Mapping[str, Any]) -> Iterator[Problem]:
    selector = peer.get("podSelector")
    # Pods of other namespaces may belong to the cluster, and not to these manifests.
    if selector is None or "namespaceSelector" in peer or not _written(selector):
        return
    if not _selected(inventory, policy.namespace, selector):
        yield policy.problem(
            "TW922",
            f"the NetworkPolicy opens {direction} for pods that do not exist",
            given=f"podSelector {selector}",
            fix="make the selector the labels of the pods on the other side",
        )


def _check_backend(
    inventory: Inventory, source: Applied, name: str, port: str | int | None, namespace: str = ""
) -> Iterator[Problem]:
    namespace = namespace or source.namespace
    service = inventory.find("Service", name, namespace)
    if service is None:
        yield source.problem(
            "TW918",
            f"the {source.kind} sends requests to a Service that does not exist",
            given=f"{name} in namespace {namespace}",
            allowed=names(inventory.of("Service")),
            fix="correct the Service's name",
        )
        return
    ports = list(service.spec.get("ports") or [])
    known = {one.get("name") for one in ports} | {one["port"] for one in ports}
    if port is not None and port not in known:
        yield source.problem(
            "TW918",
            f"the {source.kind} sends requests to a port that the Service does not have",
            given=f"{name}: {port}",
            allowed=", ".join(str(one) for one in sorted(known - {None}, key=str)),
            fix="correct the port",
        )


def _check_parent(inventory: Inventory, route: Applied, parent: Mapping[str, Any]) -> Iterator[Problem]:
    if parent.get("kind", "Gateway") != "Gateway":
        return
    namespace = parent.get("namespace", route.namespace)
    gateway = inventory.find("Gateway", parent["name"], namespace)
    if gateway is None:
        yield route.problem(
            "TW919",
            "the HTTPRoute belongs to a Gateway that is not in these manifests",
            given=f"{parent['name']} in namespace {namespace}",
            fix="correct parentRefs; where the cluster has that Gateway already, this cannot be proved here",
            warning=True,
        )
        return
    listeners = [
        one
        for one in gateway.spec["listeners"]
        if parent.get("sectionName") in (None, one["name"]) and parent.get("port") in (None, one["port"])
    ]
    if not any(_admits(one, gateway.namespace, route.namespace) for one in listeners):
        yield route.problem(
            "TW919",
            "no listener of its Gateway lets the HTTPRoute in, and it would be ignored in silence",
            given=f"{gateway.manifest.title}, section {parent.get('sectionName') or 'any'}",
            allowed=", ".join(one["name"] for one in gateway.spec["listeners"]),
            fix="name a listener that exists, and allow the route's namespace in allowedRoutes",
        )


def _admits(listener: Mapping[str, Any], gateway_namespace: str, route_namespace: str) -> bool:
    admitted = value(listener, "allowedRoutes", "namespaces", "from", otherwise="Same")
    # A selector of namespaces is taken as it is: the labels of a namespace are the cluster's affair.
    return admitted != "Same" or gateway_namespace == route_namespace


def _ready_addresses(service: Applied, api: ApiServer) -> int:
    slices = api.objects(
        "discovery.k8s.io/v1", "EndpointSlice", service.namespace, labels={_SERVICE_LABEL: service.name}
    )
    endpoints = [endpoint for one in slices for endpoint in one.get("endpoints") or []]
    return sum(1 for one in endpoints if value(one, "conditions", "ready"))


def _selected(inventory: Inventory, namespace: str, selector: Mapping[str, Any]) -> bool:
    return any(selects(selector, one.labels) for one in inventory.templates(namespace))


def _written(selector: Mapping[str, Any]) -> bool:
    # An empty selector means every pod, those of tomorrow too.
    return bool(selector.get("matchLabels") or selector.get("matchExpressions"))


_SERVICE_LABEL: Final = "kubernetes.io/service-name"
_ACTION_PORT: Final = "use-annotation"
_ACTION_ANNOTATION: Final = "alb.ingress.kubernetes.io/actions."

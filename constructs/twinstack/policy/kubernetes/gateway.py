"""Gateway API: whether a route is let in, and a listener has its certificate. All of it fails in silence otherwise.

Sources: Gateway API specification 1.6, "HTTPRoute", "Gateway", "ReferenceGrant"; cert-manager documentation, "Annotated
Gateway resource".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Data,
    Object,
    Objects,
    chosen,
    mapping,
    mappings,
    repeated,
    scalar,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("route-not-let-in", "no listener lets the route in", "allow its namespace, kind and host in a listener")
def route_not_let_in(objects: Objects) -> Iterator[Fault]:
    """A route that no listener of its Gateway lets in: by namespace, kind, name, port or host."""
    for route in objects.of(*_ROUTES):
        for parent in mappings(route.spec, "parentRefs"):
            if parent.get("kind", "Gateway") != "Gateway":
                continue
            namespace = text(parent, "namespace") or route.namespace
            gateway = objects.find("Gateway", text(parent, "name"), namespace)
            if gateway is None:
                others = [one.title for one in objects.of("Gateway")]
                if others:
                    yield route.fault("spec.parentRefs", f"Gateway {namespace}/{parent.get('name')}", ", ".join(others))
                continue
            listeners = mappings(gateway.spec, "listeners")
            named = [
                one
                for one in listeners
                if parent.get("sectionName") in (None, one.get("name"))
                and parent.get("port") in (None, one.get("port"))
            ]
            if not named:
                allowed = ", ".join(text(one, "name") for one in listeners)
                yield route.fault(
                    "spec.parentRefs.sectionName", parent.get("sectionName") or parent.get("port"), allowed
                )
                continue
            reasons = [_refuses(objects, one, gateway, route) for one in named]
            if all(reasons):
                yield route.fault("spec.parentRefs", f"{gateway.title}: {reasons[0]}", "a listener that lets it in")


@RULES("listener-has-no-certificate", "a listener for TLS has no certificate", "name the host and the Secret")
def listener_has_no_certificate(objects: Objects) -> Iterator[Fault]:
    """A listener for TLS without the host or the Secret that its certificate is made for."""
    for gateway in objects.of("Gateway"):
        made = objects.find("GatewayClass", text(gateway.spec, "gatewayClassName"))
        is_found = made is not None and text(made.spec, "controllerName") in _FINDS_CERTIFICATES
        issued = next((name for name in gateway.annotations if name.startswith(_ISSUERS)), "")
        for listener in mappings(gateway.spec, "listeners"):
            path = f"spec.listeners[{listener.get('name')}]"
            protocol = text(listener, "protocol")
            passes = text(listener, "tls", "mode") == "Passthrough"
            if protocol in {"HTTPS", "TLS"} and not passes:
                named = mappings(listener, "tls", "certificateRefs") or mapping(listener, "tls", "options")
                if not named and not is_found:
                    yield gateway.fault(f"{path}.tls.certificateRefs", "none", "a Secret with the certificate")
                if issued and not text(listener, "hostname"):
                    yield gateway.fault(f"{path}.hostname", f"none, and {issued} is to issue for it", "the host's name")
                yield from _certificates(objects, gateway, listener, path, issued=bool(issued))
            elif protocol in {"HTTP", "TCP", "UDP"} and "tls" in listener:
                yield gateway.fault(f"{path}.tls", f"on a listener for {protocol}", "HTTPS or TLS")


@RULES("listener-twice", "two listeners are in conflict", "give each a port, protocol and host of its own")
def listener_twice(objects: Objects) -> Iterator[Fault]:
    """Two listeners of one name, or of one port, protocol and host: both are in conflict, and neither serves."""
    for gateway in objects.of("Gateway"):
        listeners = mappings(gateway.spec, "listeners")
        for name in repeated(text(one, "name") for one in listeners):
            yield gateway.fault("spec.listeners", f"name {name} twice", "each name once")
        for port, protocol, host in repeated(
            (scalar(one, "port"), text(one, "protocol"), text(one, "hostname")) for one in listeners
        ):
            yield gateway.fault("spec.listeners", f"{protocol} {port} {host or 'any host'} twice", "each once")
        for port in {scalar(one, "port") for one in listeners}:
            kinds = {_TRANSPORT.get(text(one, "protocol"), "") for one in listeners if one.get("port") == port}
            if len(kinds) > 1:
                yield gateway.fault("spec.listeners", f"port {port} with and without TLS", "one of the two")


@RULES("route-leads-nowhere", "the route leads nowhere", "correct the backend, or grant it with a ReferenceGrant")
def route_leads_nowhere(objects: Objects) -> Iterator[Fault]:
    """A route to a Service or port that does not exist, or in another namespace that does not grant it."""
    for route in objects.of(*_ROUTES):
        for rule in mappings(route.spec, "rules"):
            for backend in mappings(rule, "backendRefs"):
                if backend.get("kind", "Service") != "Service":
                    continue
                namespace = text(backend, "namespace") or route.namespace
                service = objects.find("Service", text(backend, "name"), namespace)
                if service is None:
                    there = [one.title for one in objects.of("Service")]
                    given = f"Service {namespace}/{backend.get('name')}"
                    yield route.fault("spec.rules.backendRefs", given, ", ".join(there) or "no Service is made")
                    continue
                ports = [one.get("port") for one in mappings(service.spec, "ports")]
                if "port" not in backend or backend["port"] not in ports:
                    given = f"port {backend.get('port')} of {service.title}"
                    yield route.fault("spec.rules.backendRefs.port", given, ", ".join(str(one) for one in ports))
                if namespace != route.namespace and not _granted(objects, route, service):
                    yield route.fault("spec.rules.backendRefs.namespace", namespace, "one that a ReferenceGrant opens")


@RULES("route-contradicts-itself", "the route contradicts itself", "keep one of them")
def route_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A rule that redirects and forwards at once, or gives a backend more time than the whole request."""
    for route in objects.of("HTTPRoute"):
        for index, rule in enumerate(mappings(route.spec, "rules")):
            path = f"spec.rules[{index}]"
            kinds = [text(one, "type") for one in mappings(rule, "filters")]
            if "RequestRedirect" in kinds and (mappings(rule, "backendRefs") or "URLRewrite" in kinds):
                yield route.fault(f"{path}.filters", "RequestRedirect beside a backend or URLRewrite", "one of them")
            whole, each = (
                _seconds(text(rule, "timeouts", "request")),
                _seconds(text(rule, "timeouts", "backendRequest")),
            )
            if whole and each and each > whole:
                yield route.fault(f"{path}.timeouts.backendRequest", f"{each} s, request {whole} s", "at most that")


@RULES("no-such-gateway-class", "the Gateway has no class", "correct gatewayClassName")
def no_such_gateway_class(objects: Objects) -> Iterator[Fault]:
    """A Gateway of a class that these manifests make under another name: no controller looks at it."""
    classes = [one.name for one in objects.of("GatewayClass")]
    for one in objects.of("Gateway"):
        named = text(one.spec, "gatewayClassName")
        if not named or (classes and named not in classes):
            yield one.fault("spec.gatewayClassName", named or "none", ", ".join(classes) or "a GatewayClass")


@RULES("gateway-names-nothing", "what a gateway's object names is not made", "correct the name")
def gateway_names_nothing(objects: Objects) -> Iterator[Fault]:
    """A policy of no route, a filter or a configuration that is not there: a list of addresses would keep out nobody."""
    for one in objects.of(*_POLICIES):
        for target in mappings(one.spec, "targetRefs"):
            yield from _named(objects, one, "spec.targetRefs", target)
    for one in objects.of("TargetGroupConfiguration"):
        if reference := mapping(one.spec, "targetReference"):
            yield from _named(objects, one, "spec.targetReference", {"kind": "Service", **reference})
    for one in objects.of("Gateway"):
        if parameters := mapping(one.spec, "infrastructure", "parametersRef"):
            yield from _named(objects, one, "spec.infrastructure.parametersRef", parameters)
    for one in objects.of("HTTPRoute"):
        for rule in mappings(one.spec, "rules"):
            for each in mappings(rule, "filters"):
                if extension := mapping(each, "extensionRef"):
                    yield from _named(objects, one, "spec.rules.filters.extensionRef", extension)


def _named(objects: Objects, one: Object, path: str, reference: Data) -> Iterator[Fault]:
    """A fault where objects of the kind are made and none has the name; where none is, another team may have it."""
    kind, name = text(reference, "kind"), text(reference, "name")
    made = [each.name for each in objects.of(kind) if each.namespace == one.namespace]
    if made and name not in made:
        yield one.fault(path, f"{kind} {name}", ", ".join(made))


def _paths(route: Object, path: str, rule: Data, kinds: list[str]) -> Iterator[Fault]:
    matched = [mapping(match, "path") for match in mappings(rule, "matches")]
    for one in matched:
        value, kind = text(one, "value") or "/", text(one, "type") or "PathPrefix"
        if kind in {"PathPrefix", "Exact"} and not value.startswith("/"):
            yield route.fault(f"{path}.matches.path", value, f"/{value}")
    replaces = any(
        text(mapping(one, field), "path", "type") == "ReplacePrefixMatch"
        for one in mappings(rule, "filters")
        for field in ("urlRewrite", "requestRedirect")
    )
    if kinds and replaces and any((text(one, "type") or "PathPrefix") != "PathPrefix" for one in matched):
        yield route.fault(f"{path}.filters", "ReplacePrefixMatch of a path that is no prefix", "type: PathPrefix")


def _refuses(objects: Objects, listener: Data, gateway: Object, route: Object) -> str:
    admitted = text(listener, "allowedRoutes", "namespaces", "from") or "Same"
    name = text(listener, "name")
    if admitted == "Same" and gateway.namespace != route.namespace:
        return f"listener {name} lets in routes of namespace {gateway.namespace} alone"
    if admitted == "Selector":
        space = objects.find("Namespace", route.namespace)
        labels = {"kubernetes.io/metadata.name": route.namespace}
        if space is not None:
            labels |= mapping(space.data, "metadata", "labels")
        selector = mapping(listener, "allowedRoutes", "namespaces", "selector")
        if (space is not None or set(mapping(selector, "matchLabels")) <= set(labels)) and not chosen(selector, labels):
            return f"listener {name} selects namespaces by {dict(selector)}"
    if admitted == "None":
        return f"listener {name} lets in nobody"
    kinds = [text(one, "kind") for one in mappings(listener, "allowedRoutes", "kinds")]
    kinds = kinds or list(_KINDS.get(text(listener, "protocol"), ()))
    if kinds and route.kind not in kinds:
        return f"listener {name} takes {' and '.join(kinds)}"
    host, hosts = text(listener, "hostname"), texts(route.spec, "hostnames")
    if host and hosts and not any(_meet(host, one) for one in hosts):
        return f"listener {name} is for {host}, the route for {', '.join(hosts)}"
    return ""


def _certificates(objects: Objects, gateway: Object, listener: Data, path: str, *, issued: bool) -> Iterator[Fault]:
    for wanted in mappings(listener, "tls", "certificateRefs"):
        namespace = text(wanted, "namespace") or gateway.namespace
        if wanted.get("kind", "Secret") != "Secret":
            continue
        if namespace != gateway.namespace and issued:
            given = f"{namespace}, and cert-manager writes beside the Gateway alone"
            yield gateway.fault(f"{path}.tls.certificateRefs", given, gateway.namespace)
        elif namespace != gateway.namespace:
            secret = Object({"kind": "Secret", "metadata": {"name": wanted.get("name"), "namespace": namespace}}, -1)
            if not _granted(objects, gateway, secret):
                yield gateway.fault(f"{path}.tls.certificateRefs", namespace, "one that a ReferenceGrant opens")
        elif not issued:
            made = [one for one in objects.of("Certificate") if one.spec.get("secretName") == wanted.get("name")]
            if not made and objects.of("Certificate") and not objects.find("Secret", text(wanted, "name"), namespace):
                yield gateway.fault(f"{path}.tls.certificateRefs", wanted.get("name"), "a Secret that is made")


def _granted(objects: Objects, source: Object, target: Object) -> bool:
    return any(
        grant.namespace == target.namespace
        and any(
            one.get("kind") == source.kind and one.get("namespace") == source.namespace
            for one in mappings(grant.spec, "from")
        )
        and any(
            one.get("kind") == target.kind and one.get("name") in (None, "", target.name)
            for one in mappings(grant.spec, "to")
        )
        for grant in objects.of("ReferenceGrant")
    )


def _meet(one: str, other: str) -> bool:
    """Whether two hosts, each maybe with a wildcard for one label or more, have a host in common."""
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    if one.startswith("*."):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if other.startswith("*.") else one == other


def _seconds(duration: str) -> float:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    unit = duration.lstrip("0123456789")
    digits = duration[: len(duration) - len(unit)]
    return int(digits) * units[unit] if digits and unit in units else 0


_ROUTES: Final = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_POLICIES: Final = ("BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy")
_FINDS_CERTIFICATES: Final = frozenset({"eks.amazonaws.com/gateway-alb", "gateway.k8s.aws/alb"})
"""Load balancers of AWS: their certificates lie in ACM, and are found by the hosts of the routes."""
_ISSUERS: Final = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer")
_KINDS: Final = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}
_TRANSPORT: Final = {"HTTP": "plain", "HTTPS": "TLS", "TLS": "TLS", "TCP": "plain"}

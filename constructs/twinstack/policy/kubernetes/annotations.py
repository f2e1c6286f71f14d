"""Annotations of Ingresses: texts that no schema looks at, and that a controller refuses, misreads or falls over.

Sources: ingress-nginx documentation, "Annotations" and "ConfigMap" (annotation-value-word-blocklist,
allow-snippet-annotations, annotations-risk-level); AWS Load Balancer Controller, "Ingress annotations".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.annotation_names import (
    ACTIONS,
    ALB,
    ALB_NAMED,
    LOAD_BALANCER,
    NGINX,
    TARGET_GROUP,
)
from twinstack.policy.kubernetes.objects import Object, Objects, mappings, number, text
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("unknown-annotation", "no controller knows the annotation", "correct its name, or leave it out")
def unknown_annotation(objects: Objects) -> Iterator[Fault]:
    """An annotation that its controller does not know: it is ignored, without a word."""
    for one, name, rest, _ in _annotations(objects):
        known = NGINX if name.startswith(_NGINX) else ALB
        if rest not in known and not (known is ALB and rest.startswith(ALB_NAMED)):
            near = get_close_matches(rest, known, n=1, cutoff=0.7)
            prefix = name.removesuffix(rest)
            yield one.fault(f"metadata.annotations[{name}]", name, f"{prefix}{near[0]}" if near else "one it knows")


@RULES("wrong-annotation", "the annotation's value is none", "correct the value")
def wrong_annotation(objects: Objects) -> Iterator[Fault]:
    """An annotation whose value its controller cannot use."""
    for one, name, rest, value in _annotations(objects):
        path = f"metadata.annotations[{name}]"
        if not isinstance(value, str):
            yield one.fault(path, f"{value!r}, which is no text", f'"{value}"'.lower())
            continue
        kind = (NGINX if name.startswith(_NGINX) else ALB).get(rest, "text")
        if rest.startswith(ALB_NAMED) and not name.startswith(_NGINX):
            kind = "pairs" if rest.startswith("listener-attributes.") else "json"
        if allowed := _not(kind, value):
            yield one.fault(path, value, allowed)


@RULES(
    "snippet-of-nginx",
    "a snippet of nginx's own configuration",
    "use the annotation for what it does, or a field of the edge",
)
def snippet(objects: Objects) -> Iterator[Fault]:
    """A piece of nginx's own configuration: refused by default, and one wrong word stops the whole controller."""
    for one, name, rest, _ in _annotations(objects):
        if name.startswith(_NGINX) and NGINX.get(rest) == "snippet":
            yield one.fault(f"metadata.annotations[{name}]", "free text for nginx", "an annotation for that one thing")


@RULES("forbidden-word", "a word that ingress-nginx refuses", "leave the word out")
def forbidden_word(objects: Objects) -> Iterator[Fault]:
    """A word that the admission webhook of ingress-nginx refuses in any annotation."""
    for one, name, rest, value in _annotations(objects):
        if not name.startswith(_NGINX) or not isinstance(value, str) or NGINX.get(rest) == "snippet":
            continue
        words = [word for word in _WORDS if word in value]
        # A regular expression may have braces: what its page allows, the word list of a hardened controller does not.
        if words:
            yield one.fault(f"metadata.annotations[{name}]", f"{value}, with {' '.join(words)}", "without it")


@RULES(
    "rewrite-without-groups",
    "a rewrite to a group that no path captures",
    "capture it in the path, and use ImplementationSpecific",
)
def rewrite_without_groups(objects: Objects) -> Iterator[Fault]:
    """A rewrite to a group that no path captures, and a regular expression under a path type that takes none."""
    for one in objects.of("Ingress"):
        target = text(one.annotations, f"{_NGINX}rewrite-target")
        paths = [path for rule in mappings(one.spec, "rules") for path in mappings(rule, "http", "paths")]
        groups = [int(found) for found in re.findall(r"\$([1-9])", target)]
        for path in paths:
            if groups and text(path, "path").count("(") < max(groups):
                given = f"{target}, and the path {text(path, 'path')}"
                yield one.fault(f"metadata.annotations[{_NGINX}rewrite-target]", given, "a path with that many groups")
            if "(" in text(path, "path") and text(path, "pathType") != "ImplementationSpecific":
                given = f"{text(path, 'path')}, {text(path, 'pathType')}"
                yield one.fault("spec.rules.http.paths.pathType", given, "ImplementationSpecific")


@RULES(
    "load-balancer-ports",
    "the load balancer's annotations contradict each other",
    "correct the ports, the certificate, the target type or the health check",
)
def load_balancer_ports(objects: Objects) -> Iterator[Fault]:
    """A redirect to a port that the load balancer does not listen on, an HTTPS port without a certificate, instances
    as targets behind a Service without a port on the nodes, a health check that takes longer than its interval.
    """
    for one in objects.of("Ingress"):
        notes = {
            name.removeprefix(_ALB): str(value) for name, value in one.annotations.items() if name.startswith(_ALB)
        }
        if not notes:
            continue
        ports = _listened(notes)
        redirect = notes.get("ssl-redirect", "")
        if redirect.isdigit() and ports and int(redirect) not in [port for kind, port in ports if kind == "HTTPS"]:
            yield one.fault(f"metadata.annotations[{_ALB}ssl-redirect]", redirect, "an HTTPS port of listen-ports")
        tls = [host for row in mappings(one.spec, "tls") for host in row.get("hosts") or ()]
        hosts = [text(rule, "host") for rule in mappings(one.spec, "rules") if text(rule, "host")]
        if any(kind == "HTTPS" for kind, _ in ports) and not (notes.get("certificate-arn") or tls or hosts):
            yield one.fault(
                f"metadata.annotations[{_ALB}listen-ports]", "HTTPS, and no host", "certificate-arn or a host"
            )
        timeout, interval = (
            notes.get("healthcheck-timeout-seconds", "5"),
            notes.get("healthcheck-interval-seconds", "15"),
        )
        if timeout.isdigit() and interval.isdigit() and int(timeout) >= int(interval):
            given = f"{timeout} s, every {interval} s"
            yield one.fault(f"metadata.annotations[{_ALB}healthcheck-timeout-seconds]", given, f"under {interval}")
        if notes.get("target-type", "") == "instance":
            for rule in mappings(one.spec, "rules"):
                for path in mappings(rule, "http", "paths"):
                    service = objects.find("Service", text(path, "backend", "service", "name"), one.namespace)
                    if service is not None and text(service.spec, "type") in {"", "ClusterIP"}:
                        yield one.fault(
                            f"metadata.annotations[{_ALB}target-type]",
                            f"instance, and {service.title} is ClusterIP",
                            "ip",
                        )


@RULES(
    "path-refused",
    "ingress-nginx refuses the path",
    "use letters, digits, - . _ ~ and / alone, or pathType ImplementationSpecific",
)
def path_refused(objects: Objects) -> Iterator[Fault]:
    """A path of type Prefix or Exact with other characters than a path has: its webhook denies the Ingress."""
    classes = {one.name for one in objects.of("IngressClass") if text(one.spec, "controller") == _NGINX_CONTROLLER}
    for one in objects.of("Ingress"):
        marked = any(isinstance(name, str) and name.startswith(_NGINX) for name in one.annotations)
        if not marked and text(one.spec, "ingressClassName") not in {"nginx", *classes}:
            continue
        for rule in mappings(one.spec, "rules"):
            for path in mappings(rule, "http", "paths"):
                place = text(path, "path")
                if text(path, "pathType") in {"Prefix", "Exact"} and not re.fullmatch(r"/[A-Za-z0-9._~/-]*", place):
                    yield one.fault("spec.rules.http.paths.path", place, "a plain path")


@RULES(
    "group-contradicts-itself",
    "the Ingresses of one load balancer contradict each other",
    "write what belongs to the load balancer on one of them, or alike on all",
)
def group_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """Two Ingresses of one group that ask for two load balancers: none of the group is reconciled any more."""
    seen: dict[tuple[str, str], tuple[Object, str]] = {}
    orders: dict[tuple[str, str], Object] = {}
    for one in objects.of("Ingress"):
        group = text(one.annotations, f"{_ALB}group.name")
        if not group:
            continue
        for name in _EXCLUSIVE:
            value = one.annotations.get(f"{_ALB}{name}")
            if value is None:
                continue
            other, said = seen.setdefault((group, name), (one, str(value)))
            if said != str(value):
                yield one.fault(f"metadata.annotations[{_ALB}{name}]", f"{value}, and {other.title} says {said}", said)
        order = text(one.annotations, f"{_ALB}group.order")
        if order and (first := orders.setdefault((group, order), one)) is not one:
            yield one.fault(f"metadata.annotations[{_ALB}group.order]", f"{order}, as {first.title}", "its own number")


@RULES(
    "unknown-attribute",
    "an attribute that a load balancer does not have, or not with this value",
    "correct the attribute's name or value",
)
def unknown_attribute(objects: Objects) -> Iterator[Fault]:
    """An attribute that AWS refuses, and with it every later change of that load balancer."""
    for one, path, known, name, value in _attributes(objects):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            yield one.fault(path, name, near[0] if near else "one that AWS has")
        elif allowed := _not(known[name], value):
            yield one.fault(path, f"{name}={value}", allowed)


@RULES("action-is-none", "an action of the load balancer that is none", "write its type and settings as AWS has them")
def action_is_none(objects: Objects) -> Iterator[Fault]:
    """An action whose type AWS does not know: the whole Ingress is not reconciled."""
    for one, name, rest, value in _annotations(objects):
        if name.startswith(_ALB) and rest.startswith("actions.") and isinstance(value, str) and _is_json(value):
            found = json.loads(value)
            action = found if isinstance(found, Mapping) else {}
            kind = text(action, "type") or text(action, "Type")
            if kind not in ACTIONS:
                yield one.fault(f"metadata.annotations[{name}]", kind or "no type", ", ".join(ACTIONS))


def _attributes(objects: Objects) -> Iterator[tuple[Object, str, Mapping[str, str], str, str]]:
    for one, name, rest, value in _annotations(objects):
        known = {"load-balancer-attributes": LOAD_BALANCER, "target-group-attributes": TARGET_GROUP}.get(rest)
        if known is None or not isinstance(value, str) or name.startswith(_NGINX):
            continue
        for pair in value.split(","):
            key, equals, said = pair.partition("=")
            if equals:
                yield one, f"metadata.annotations[{name}]", known, key.strip(), said.strip()
    for one in objects.of("IngressClassParams"):
        for row in mappings(one.spec, "loadBalancerAttributes"):
            yield one, "spec.loadBalancerAttributes", LOAD_BALANCER, text(row, "key"), text(row, "value")


def _annotations(objects: Objects) -> Iterator[tuple[Object, str, str, Any]]:
    for one in objects.of("Ingress", "Service"):
        for name, value in one.annotations.items():
            for prefix in (_NGINX, _ALB):
                if isinstance(name, str) and name.startswith(prefix):
                    yield one, name, name.removeprefix(prefix), value


def _listened(notes: Mapping[str, str]) -> list[tuple[str, int]]:
    try:
        rows = json.loads(notes.get("listen-ports", "[]"))
    except ValueError:
        return []
    pairs = [pair for row in rows if isinstance(row, Mapping) for pair in row.items()] if isinstance(rows, list) else []
    return [(str(kind), number(port, 0)) for kind, port in pairs]


def _not(kind: str, value: str) -> str:
    """What a value of this kind has to be; empty where it is that."""
    if kind in _KINDS:
        test, allowed = _KINDS[kind]
        return "" if test(value) else allowed
    if ".." in kind:
        low, high = (int(one) for one in kind.split(".."))
        return "" if value.isdigit() and low <= int(value) <= high else f"{low} to {high}"
    if kind.isdigit():
        return (
            "" if re.fullmatch(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", value) else _NAME_OF_ALB
        )
    return "" if value in kind.split("|") else " or ".join(kind.split("|"))


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _are_networks(value: str) -> bool:
    try:
        for one in value.split(","):
            ip_network(one.strip(), strict=False)
    except ValueError:
        return False
    return True


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


_NGINX: Final = "nginx.ingress.kubernetes.io/"
_ALB: Final = "alb.ingress.kubernetes.io/"
_NGINX_CONTROLLER: Final = "k8s.io/ingress-nginx"
_EXCLUSIVE: Final = (
    "load-balancer-name", "scheme", "ip-address-type", "subnets", "security-groups", "load-balancer-attributes",
    "wafv2-acl-arn", "wafv2-acl-name", "shield-advanced-protection", "ssl-policy", "inbound-cidrs", "ssl-redirect",
)  # fmt: skip
"""What a load balancer has once, for all Ingresses of its group."""
_NAME_OF_ALB: Final = "1 to 32 letters, digits and inner hyphens, not beginning with internal-"
_KINDS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "text": (lambda _value: True, ""),
    "snippet": (lambda _value: True, ""),
    "bool": (_matches("true|false"), '"true" or "false"'),
    "int": (_matches("[0-9]+"), "a whole number, without a unit"),
    "size": (_matches("[0-9]+[kKmMgG]?"), "a size such as 10m"),
    "networks": (_are_networks, "networks, with commas between them"),
    "json": (_is_json, "JSON"),
    "pairs": (_matches(r"\s*[^=,\s]+\s*=[^,]*(?:,\s*[^=,\s]+\s*=[^,]*)*"), "key=value, with commas between them"),
    "path": (_matches("/.*"), "a path with / first"),
    "codes": (
        _matches(r"[0-9]{1,3}(?:-[0-9]{1,3})?(?:,\s*[0-9]{1,3}(?:-[0-9]{1,3})?)*"),
        "codes such as 200 or 200-299",
    ),
    "arns": (_matches(r"\s*(?:arn:|\$\{).*"), "an ARN"),
    "group": (_matches(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?"), "up to 63 lower-case letters, digits, - and ."),
}
_WORDS: Final = (
    "load_module", "lua_package", "_by_lua", "location ", "root ", "proxy_pass", "serviceaccount", "\n", ";", "{{",
)  # fmt: skip
"""What stands in the controller's own word list, as far as no rightful value has it."""

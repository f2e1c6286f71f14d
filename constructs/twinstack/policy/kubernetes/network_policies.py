"""NetworkPolicies: what they close that a pod needs, and what they are about at all.

Sources: Kubernetes documentation, "Network Policies"; Kubernetes API reference, NetworkPolicy and
ValidatingWebhookConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Data,
    Object,
    Objects,
    Pods,
    grouped,
    mapping,
    mappings,
    number,
    reach,
    scalar,
    text,
    texts,
)
from twinstack.policy.kubernetes.services import backends_of
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "names-unreachable",
    "a NetworkPolicy closes DNS to pods that speak to others",
    "open egress to port 53, UDP and TCP",
)
def names_unreachable(objects: Objects) -> Iterator[Fault]:
    """Pods that may speak to somebody and may not ask for his address: DNS is closed to them."""
    for pods in objects.pods:
        rules = _rules(objects, pods, "egress")
        if not rules:
            continue  # not shut in, or let out to nobody: what has no network needs no names
        # Over TCP only what is too long for UDP is asked, so that a policy without it is not wrong for sure.
        if not any(_opens(rule, 53, "UDP", pods) for rule in rules) and _asks_for_names(rules, pods):
            yield pods.owner.fault("", "egress to UDP port 53 is closed to its pods", "open, for UDP and TCP")


@RULES(
    "api-unreachable",
    "a NetworkPolicy closes the API server to pods that have a role in the cluster",
    "open egress to TCP 443 of its addresses",
)
def api_unreachable(objects: Objects) -> Iterator[Fault]:
    """Pods with a role in the cluster and no way to its API server."""
    for pods in objects.pods:
        account = text(pods.spec, "serviceAccountName") or "default"
        if not _is_bound(objects, account, pods.namespace) or not _shut(objects, pods, "egress"):
            continue
        rules = _rules(objects, pods, "egress")
        if not any(_opens(rule, port, "TCP", pods) and _to_addresses(rule) for rule in rules for port in (443, 6443)):
            yield pods.owner.fault(
                "",
                f"ServiceAccount {account} has a role, and its pods may not call the API server",
                "TCP 443 by address",
            )


@RULES(
    "webhook-unreachable",
    "the API server does not reach a webhook",
    "open ingress to the webhook's port, and name a Service that exists",
)
def webhook_unreachable(objects: Objects) -> Iterator[Fault]:
    """A webhook whose pods do not let the API server in, or whose Service does not exist: every request waits for it."""
    for config in objects.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for webhook in mappings(config.data, "webhooks"):
            wanted = mapping(webhook, "clientConfig", "service")
            namespace = text(wanted, "namespace")
            service = objects.find("Service", text(wanted, "name"), namespace)
            path = f"webhooks[{webhook.get('name')}]"
            if service is None:
                if any(one.name == namespace for one in objects.of("Namespace")):
                    yield config.fault(path, f"Service {namespace}/{text(wanted, 'name')}", "one that is made")
                continue
            port = number(wanted.get("port"), 443)
            ports = [one for one in mappings(service.spec, "ports") if one.get("port") == port]
            if not ports:
                yield config.fault(path, f"port {port} of {service.title}", "one of the Service's ports")
            for pods in objects.selected({"matchLabels": mapping(service.spec, "selector")}, namespace):
                for one in ports:
                    if not _admits(objects, pods, _target(one, pods), outside=True):
                        yield config.fault(path, f"{pods.owner.title} does not admit the API server", "ingress to it")


@RULES(
    "edge-unreachable",
    "a NetworkPolicy closes pods to the requests that an Ingress sends",
    "open ingress to that port from the load balancer's subnets or the controller's namespace",
)
def edge_unreachable(objects: Objects) -> Iterator[Fault]:
    """Pods that an Ingress sends requests to and that admit nobody at that port."""
    for ingress in objects.of("Ingress"):
        for service, pods, port in backends_of(objects, ingress):
            if not _admits(objects, pods, _target(port, pods), outside=True):
                yield pods.owner.fault(
                    "", f"{ingress.title} sends to {service.title}, and no policy admits it", "ingress at that port"
                )


@RULES(
    "policy-is-about-nobody",
    "a NetworkPolicy is about nobody",
    "make its selectors the labels of pods; pods that a controller makes are noted in twinstack/pods-made-by",
)
def policy_is_about_nobody(objects: Objects) -> Iterator[Fault]:
    """A policy that selects no pods, or opens the way to or from pods that do not exist."""
    for policy in objects.of("NetworkPolicy"):
        selector = mapping(policy.spec, "podSelector")
        if selector and not objects.selected(selector, policy.namespace) and not policy.annotations.get(_MADE_BY):
            yield policy.fault("spec.podSelector", dict(selector), "labels of pods that exist")
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in mappings(policy.spec, direction):
                for peer in mappings(rule, side):
                    other = mapping(peer, "podSelector")
                    if other and "namespaceSelector" not in peer and not objects.selected(other, policy.namespace):
                        yield policy.fault(f"spec.{direction}.{side}", dict(other), "labels of pods that exist")


@RULES("policy-contradicts-itself", "a NetworkPolicy contradicts itself", "correct its types, addresses and ports")
def policy_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A policy whose rules count for nothing, or whose addresses and ports are none."""
    for policy in objects.of("NetworkPolicy"):
        types = texts(policy.spec, "policyTypes")
        if types and "Egress" not in types and mappings(policy.spec, "egress"):
            yield policy.fault("spec.policyTypes", ", ".join(types), "Egress too: its egress rules count for nothing")
        if types and "Ingress" not in types and mappings(policy.spec, "ingress"):
            yield policy.fault("spec.policyTypes", ", ".join(types), "Ingress too: its ingress rules count for nothing")
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in mappings(policy.spec, direction):
                yield from _addresses(policy, f"spec.{direction}.{side}", mappings(rule, side))
                for port in mappings(rule, "ports"):
                    if "endPort" in port and number(port["endPort"], 0) < number(port.get("port"), 0):
                        yield policy.fault(f"spec.{direction}.ports.endPort", port["endPort"], "from port upwards")


@RULES(
    "policy-port-of-nobody",
    "a NetworkPolicy opens a port that the pods do not have",
    "write the container's port: a policy sees it after the Service has translated",
)
def policy_port_of_nobody(objects: Objects) -> Iterator[Fault]:
    """A rule for a port that none of the pods behind it declares: mostly the Service's port instead of theirs."""
    for policy in objects.of("NetworkPolicy"):
        own = objects.selected(reach(policy.spec, "podSelector") or {}, policy.namespace)
        for rule in mappings(policy.spec, "ingress"):
            if mapping(policy.spec, "podSelector"):
                yield from _ports_of(policy, "spec.ingress.ports", rule, own)
        for rule in mappings(policy.spec, "egress"):
            peers = mappings(rule, "to")
            selectors = [mapping(peer, "podSelector") for peer in peers if "namespaceSelector" not in peer]
            if peers and len(selectors) == len(peers) and all(selectors):
                others = [pods for one in selectors for pods in objects.selected(one, policy.namespace)]
                yield from _ports_of(policy, "spec.egress.ports", rule, others)


def _ports_of(policy: Object, path: str, rule: Data, pods: list[Pods]) -> Iterator[Fault]:
    declared = [port for one in pods for container in one.containers for port in mappings(container.data, "ports")]
    known = {scalar(port, "containerPort") for port in declared} | {scalar(port, "name") for port in declared} - {None}
    for port in mappings(rule, "ports"):
        given, last = scalar(port, "port"), number(port.get("endPort"), number(port.get("port"), 0))
        inside = any(number(given, 0) <= number(one, -1) <= last for one in known)
        if declared and given is not None and given not in known and not inside:
            yield policy.fault(path, given, ", ".join(sorted(str(one) for one in known)))


def _addresses(policy: Object, path: str, peers: list[Data]) -> Iterator[Fault]:
    for peer in peers:
        block = mapping(peer, "ipBlock")
        if not block:
            if not peer:
                yield policy.fault(path, "a peer of nothing", "podSelector, namespaceSelector or ipBlock")
            continue
        if len(peer) > 1:
            yield policy.fault(path, "ipBlock beside a selector", "two peers")
        try:
            outer = ip_network(text(block, "cidr"))
            for one in texts(block, "except"):
                inner = ip_network(one)
                if inner.network_address not in outer or inner.broadcast_address not in outer or inner == outer:
                    yield policy.fault(f"{path}.ipBlock.except", one, f"a part of {outer}")
        except ValueError as error:
            yield policy.fault(f"{path}.ipBlock", str(error), "a network such as 10.0.0.0/16, its host bits zero")


def _policies(objects: Objects, pods: Pods, direction: str) -> list[Object]:
    over = objects.once(_policies, lambda: _by_owner(objects))
    return [one for one in over.get(pods.owner.index, ()) if direction.capitalize() in _types(one)]


def _by_owner(objects: Objects) -> Mapping[int, list[Object]]:
    """The policies over the pods of each object, by its place."""
    return grouped(
        (pods.owner.index, policy)
        for policy in objects.of("NetworkPolicy")
        for pods in objects.selected(reach(policy.spec, "podSelector") or {}, policy.namespace)
    )


def _types(policy: Object) -> list[str]:
    named = texts(policy.spec, "policyTypes")
    return named or (["Ingress", "Egress"] if "egress" in policy.spec else ["Ingress"])


def _shut(objects: Objects, pods: Pods, direction: str) -> bool:
    return bool(_policies(objects, pods, direction))


def _rules(objects: Objects, pods: Pods, direction: str) -> list[Data]:
    return [rule for policy in _policies(objects, pods, direction) for rule in mappings(policy.spec, direction)]


def _opens(rule: Data, wanted: int, protocol: str, pods: Pods) -> bool:
    ports = mappings(rule, "ports")
    return not ports or any((text(one, "protocol") or "TCP") == protocol and _meets(one, wanted, pods) for one in ports)


def _meets(port: Data, wanted: int, pods: Pods) -> bool:
    given = port.get("port")
    if isinstance(given, str):
        named = [one for container in pods.containers for one in mappings(container.data, "ports")]
        return any(one.get("name") == given and one.get("containerPort") == wanted for one in named)
    return given is None or number(given, 0) <= wanted <= number(port.get("endPort"), number(given, 0))


def _asks_for_names(rules: list[Data], pods: Pods) -> bool:
    """Whether a rule opens a way that is used by name: anything but the addresses of the node itself."""
    return any(
        not any(_opens({"ports": [one]}, 53, text(one, "protocol") or "TCP", pods) for one in mappings(rule, "ports"))
        and not _link_local(rule)
        for rule in rules
    )


def _link_local(rule: Data) -> bool:
    blocks = [text(peer, "ipBlock", "cidr") for peer in mappings(rule, "to")]
    return bool(blocks) and all(one.startswith("169.254.") for one in blocks)


def _to_addresses(rule: Data) -> bool:
    # The API server is no pod: no selector of pods leads to it.
    return not mappings(rule, "to") or any("ipBlock" in peer for peer in mappings(rule, "to"))


def _admits(objects: Objects, pods: Pods, port: int, *, outside: bool) -> bool:
    if not _shut(objects, pods, "ingress"):
        return True
    for rule in _rules(objects, pods, "ingress"):
        peers = mappings(rule, "from")
        known = not peers or not outside or any("ipBlock" in peer or "namespaceSelector" in peer for peer in peers)
        if known and (not port or _opens(rule, port, "TCP", pods)):
            return True
    return False


def _target(port: Data, pods: Pods) -> int:
    wanted = port.get("targetPort", port.get("port"))
    if isinstance(wanted, str):
        named = [one for container in pods.containers for one in mappings(container.data, "ports")]
        return next((number(one.get("containerPort"), 0) for one in named if one.get("name") == wanted), 0)
    return number(wanted, 0)


def _is_bound(objects: Objects, account: str, namespace: str) -> bool:
    return any(
        subject.get("kind") == "ServiceAccount"
        and subject.get("name") == account
        and (text(subject, "namespace") or binding.namespace) == namespace
        for binding in objects.of("RoleBinding", "ClusterRoleBinding")
        for subject in mappings(binding.data, "subjects")
    )


_MADE_BY: Final = "twinstack/pods-made-by"

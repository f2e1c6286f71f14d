"""What the NetworkPolicies of a Kubernetes half let through, evaluated as a cluster would.

Sources: Kubernetes, "Network Policies"; Kubernetes API reference, "NetworkPolicy v1".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from twinstack.environment.label_selector import selects
from twinstack.environment.pod_template import pod_template_of

if TYPE_CHECKING:
    from twinstack.testing.template import Entry, Template

Direction: TypeAlias = Literal["Ingress", "Egress"]


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods of one workload, as a policy sees them."""

    labels: Mapping[str, str]
    namespace: str
    namespace_labels: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=dict)
    """The container ports, by their names."""
    addresses: tuple[IPv4Network, ...] = ()
    """Where they may have theirs; empty: not known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a connection passes, and the policies that say so."""

    passes: bool
    policies: tuple[str, ...]

    def says(self, what: str) -> str:
        """`NetworkPolicy analytics-backend lets out to …`, of "out to …"."""
        names = ", ".join(self.policies)
        if not names:
            return f"no NetworkPolicy is about these pods, which lets {what}"
        return f"NetworkPolicy {names} lets {what}" if self.passes else f"no NetworkPolicy lets {what} ({names})"


def pods_of(workloads: Template, service_account: str, addresses: tuple[IPv4Network, ...] = ()) -> Pods | None:
    """The pods that run under this service account; None where there are none."""
    for entry in workloads.entries:
        template = pod_template_of(entry.properties)
        if template is None or template.get("spec", {}).get("serviceAccountName") != service_account:
            continue
        namespace = entry.properties["metadata"].get("namespace", "default")
        containers = template["spec"].get("containers", [])
        ports = {
            port.get("name", str(port["containerPort"])): port["containerPort"]
            for container in containers
            for port in container.get("ports", [])
        }
        labels = template.get("metadata", {}).get("labels", {})
        return Pods(labels, namespace, _namespace_labels(workloads, namespace), ports, addresses)
    return None


def passes(
    workloads: Template, direction: Direction, pods: Pods, other: Pods | IPv4Network, port: int, protocol: str = "TCP"
) -> Verdict:
    """Whether the policies of `pods` let this connection out to, or in from, `other`.

    Pods that no policy selects are open. A block of addresses passes where all of it does.
    """
    selecting = _selecting(workloads, direction, pods)
    if not selecting:
        return Verdict(passes=True, policies=())
    listener = other if direction == "Egress" else pods
    names = listener.ports if isinstance(listener, Pods) else {}
    opening = [
        entry.name
        for entry in selecting
        if any(
            _ports_match(rule.get("ports"), port, protocol, names)
            and _peers_match(rule.get(PEERS[direction]), other, pods)
            for rule in entry.properties["spec"].get(direction.lower()) or ()
        )
    ]
    return Verdict(bool(opening), tuple(opening or (entry.name for entry in selecting)))


def leads_outside(workloads: Template, pods: Pods, port: int) -> Verdict:
    """Whether some public address may be reached on this port, where AWS answers."""
    selecting = _selecting(workloads, "Egress", pods)
    opening = [
        entry.name
        for entry in selecting
        if any(
            _ports_match(rule.get("ports"), port, "TCP", {}) and _is_public(rule.get("to"))
            for rule in entry.properties["spec"].get("egress") or ()
        )
    ]
    return Verdict(bool(opening) or not selecting, tuple(opening or (entry.name for entry in selecting)))


def _selecting(workloads: Template, direction: Direction, pods: Pods) -> list[Entry]:
    """The policies that say something of this direction for these pods."""
    return [
        entry
        for entry in workloads.entries
        if entry.type == "NetworkPolicy" and _applies(entry.properties, direction, pods)
    ]


def _namespace_labels(workloads: Template, name: str) -> dict[str, str]:
    labels = {
        key: value
        for entry in workloads.entries
        if entry.type == "Namespace" and entry.name == name
        for key, value in entry.properties["metadata"].get("labels", {}).items()
    }
    return {"kubernetes.io/metadata.name": name, **labels}


def _applies(policy: Mapping[str, Any], direction: Direction, pods: Pods) -> bool:
    spec = policy["spec"]
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
    return (
        policy["metadata"].get("namespace", "default") == pods.namespace
        and direction in types
        and selects(spec.get("podSelector") or {}, pods.labels)
    )


def _ports_match(ports: Sequence[Mapping[str, Any]] | None, port: int, protocol: str, names: Mapping[str, int]) -> bool:
    if not ports:
        return True
    for one in ports:
        first = one.get("port")
        if isinstance(first, str):
            first = names.get(first, NO_PORT)
        last = one.get("endPort", first)
        if one.get("protocol", "TCP") == protocol and (first is None or first <= port <= last):
            return True
    return False


def _peers_match(peers: Sequence[Mapping[str, Any]] | None, other: Pods | IPv4Network, pods: Pods) -> bool:
    """No peers: everybody."""
    return not peers or any(_peer_matches(peer, other, pods) for peer in peers)


def _peer_matches(peer: Mapping[str, Any], other: Pods | IPv4Network, pods: Pods) -> bool:
    block = peer.get("ipBlock")
    if isinstance(other, IPv4Network):
        return block is not None and _covers(block, other)
    if block is not None:
        return any(_covers(block, address) for address in other.addresses)
    namespaces = peer.get("namespaceSelector")
    in_namespace = (
        other.namespace == pods.namespace if namespaces is None else selects(namespaces, other.namespace_labels)
    )
    return in_namespace and selects(peer.get("podSelector") or {}, other.labels)


def _covers(block: Mapping[str, Any], addresses: IPv4Network) -> bool:
    return _contains(block["cidr"], addresses) and not any(
        _network(but).overlaps(addresses) for but in block.get("except") or ()
    )


def _is_public(peers: Sequence[Mapping[str, Any]] | None) -> bool:
    blocks: Iterator[str] = (peer["ipBlock"]["cidr"] for peer in peers or () if "ipBlock" in peer)
    return not peers or any(":" not in cidr and _network(cidr).is_global for cidr in blocks)


def _contains(cidr: str, addresses: IPv4Network) -> bool:
    return ":" not in cidr and addresses.subnet_of(_network(cidr))


def _network(cidr: str) -> IPv4Network:
    network = ip_network(cidr, strict=False)
    assert isinstance(network, IPv4Network), cidr
    return network


def shown_blocks(blocks: Iterable[IPv4Network]) -> str:
    """`10.40.160.0/22 and 2 more`."""
    first, *others = blocks
    return f"{first} and {len(others)} more" if others else str(first)


PEERS: Final[Mapping[Direction, str]] = {"Ingress": "from", "Egress": "to"}
NO_PORT: Final = -1
"""What a port's name means to pods that have no port of that name."""

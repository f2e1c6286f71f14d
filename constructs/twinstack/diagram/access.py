"""Who may reach what, by the rules alone: network policies, and the rights of the roles that pods have.

Nothing of it is read from the environment's links, so what they meant and what came of it can be held side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from itertools import product
from typing import Final

from twinstack.diagram.drawing import Cell, Matrix
from twinstack.diagram.made import Made, address_in
from twinstack.diagram.network import tiers_by_range
from twinstack.diagram.workloads import Running, running
from twinstack.policy.aws.stack import texts
from twinstack.policy.kubernetes.objects import Data, chosen, mapping, mappings, text


def access(title: str, made: Made) -> Matrix:
    """The table: a row for each workload and for what comes from outside, a column for each thing that can be reached."""
    workloads = running(made.objects)
    found: dict[tuple[str, str], dict[str, None]] = {}
    for who, what, words in (*_by_network(made, workloads), *_by_role(made, workloads)):
        found.setdefault((who, what), {})[words] = None
    apps = [one.app for one in workloads]
    rows = list(dict.fromkeys([*(who for who, _ in found if who not in apps), *apps]))
    columns = sorted(dict.fromkeys(what for _, what in found), key=lambda what: (_LAST.get(what, 0), what))
    return Matrix(title, rows, columns, [Cell(who, what, list(words)) for (who, what), words in found.items()])


def _by_network(made: Made, workloads: Sequence[Running]) -> Iterator[tuple[str, str, str]]:
    owners, tiers = _owners_by_port(made), tiers_by_range(made)
    for policy in made.objects.of("NetworkPolicy"):
        near = [one for one in workloads if one.namespace == policy.namespace]
        mine = [one for one in near if chosen(policy.spec.get("podSelector"), one.labels)]
        for rule in mappings(policy.spec, "egress"):
            for port in _ports(rule):
                for what in [DNS] if port in _DNS_PORTS else _targets(rule, near, owners.get(port)):
                    yield from ((one.app, what, port) for one in mine if what != one.app)
        for rule in mappings(policy.spec, "ingress"):
            # What other pods of the product may reach is in their own egress.
            outside = [one for one in mappings(rule, "from") if "ipBlock" in one or "namespaceSelector" in one]
            for port, peer, one in product(_ports(rule), outside, mine):
                yield _source(peer, tiers), one.app, port


def _targets(rule: Data, near: Sequence[Running], owner: str | None) -> Iterator[str]:
    """What a rule's peers are: pods of the product, a resource by its port, the open internet, or addresses as they are."""
    peers = mappings(rule, "to")
    if not peers:
        yield ANYWHERE
    for peer in peers:
        if cidr := text(peer, "ipBlock", "cidr"):
            yield ANYWHERE if cidr in _EVERYWHERE else _inside(cidr, owner)
        elif "namespaceSelector" in peer:
            yield _source(peer, {})
        else:
            yield from (one.app for one in near if chosen(peer.get("podSelector"), one.labels))


def _inside(cidr: str, owner: str | None) -> str:
    if ip_network(cidr, strict=False).is_link_local:
        return NODE
    return cidr if owner is None else owner


def _source(peer: Data, tiers: Mapping[str, str]) -> str:
    if cidr := text(peer, "ipBlock", "cidr"):
        return ANYWHERE if cidr in _EVERYWHERE else tiers.get(cidr, cidr)
    name = mapping(peer, "namespaceSelector", "matchLabels").get("kubernetes.io/metadata.name")
    return f"namespace {name}" if name else "other namespaces"


def _ports(rule: Data) -> list[str]:
    return [_port(one) for one in mappings(rule, "ports")] or ["every port"]


def _port(one: Data) -> str:
    last = f"-{one['endPort']}" if one.get("endPort") else ""
    return f"{(text(one, 'protocol') or 'TCP').lower()} {one.get('port', 'every port')}{last}"


def _owners_by_port(made: Made) -> Mapping[str, str]:
    """Whose security group lets in on a port: that is who answers there."""
    return {
        f"{one.literal('ip_protocol')} {one.literal('from_port')}": made.owner_of(one)
        for one in made.of_type("aws_vpc_security_group_ingress_rule")
        if one.literal("from_port") and one.get("referenced_security_group_id")
    }


def _by_role(made: Made, workloads: Sequence[Running]) -> Iterator[tuple[str, str, str]]:
    accounts = {one.service_account: one.app for one in workloads}
    roles = {
        address_in(one.get("role_arn")): accounts.get(one.literal("service_account"))
        for one in made.of_type("aws_eks_pod_identity_association")
    }
    for policy in made.of_type("aws_iam_role_policy"):
        app = roles.get(address_in(policy.get("role")))
        if app is None:
            continue
        for statement in policy.document("policy"):
            for resource, action in product(texts(statement.get("Resource")), texts(statement.get("Action"))):
                one = made.named(resource)
                what = made.owner_of(one) if one else resource.rsplit(":", 1)[-1]
                if action in _READS_SECRETS:
                    yield app, what, "reads its secrets"
                elif not action.startswith("kms:"):
                    yield app, what, action


ANYWHERE: Final = "the internet"
DNS: Final = "DNS"
NODE: Final = "its identity"
"""Link-local addresses: EKS Pod Identity's agent on the node gives a pod its role there."""
_DNS_PORTS: Final = frozenset({"udp 53", "tcp 53"})
_READS_SECRETS: Final = frozenset({"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"})
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_LAST: Final = {ANYWHERE: 1, NODE: 2, DNS: 3}
"""Columns that stand to the right of all others."""

"""Who may reach what, by the rules alone: network policies, and the rights of the roles that pods have.

Nothing of it is read from the environment's links, so what they meant and what came of it can be held side by side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, Final

from twinstack.diagram.drawing import Cell, Matrix
from twinstack.diagram.made import JsonObject, Made, address_in
from twinstack.diagram.network import tiers_by_range
from twinstack.diagram.workloads import Running, running, selects


def access(title: str, made: Made) -> Matrix:
    """The table: a row for each workload and for what comes from outside, a column for each thing that can be reached."""
    workloads = running(made)
    found: dict[tuple[str, str], list[str]] = {}
    for who, what, words in (*_by_network(made, workloads), *_by_role(made, workloads)):
        there = found.setdefault((who, what), [])
        if words not in there:
            there.append(words)
    rows = list(
        dict.fromkeys(
            [*(one for one, _ in found if one not in {w.app for w in workloads}), *(w.app for w in workloads)]
        )
    )
    columns = sorted(dict.fromkeys(what for _, what in found), key=lambda what: (_LAST.get(what, 0), what))
    return Matrix(title, rows, columns, [Cell(who, what, words) for (who, what), words in found.items()])


def _by_network(made: Made, workloads: Sequence[Running]) -> Iterator[tuple[str, str, str]]:
    owners, tiers = _owners_by_port(made), tiers_by_range(made)
    for policy in made.objects("NetworkPolicy"):
        spec = policy["spec"]
        chosen = [one for one in workloads if selects(spec.get("podSelector"), one.labels)]
        for rule in spec.get("egress") or ():
            for port in _ports(rule):
                peers = [DNS] if port in _DNS_PORTS else _targets(rule.get("to"), workloads, owners.get(port))
                for what in peers:
                    yield from ((one.app, what, port) for one in chosen if what != one.app)
        for rule in spec.get("ingress") or ():
            for port in _ports(rule):
                for peer in rule.get("from") or ():
                    # What other pods of the product may reach is in their own egress.
                    if "ipBlock" in peer or "namespaceSelector" in peer:
                        yield from ((_source(peer, tiers), one.app, port) for one in chosen)


def _targets(peers: Any, workloads: Sequence[Running], owner: str | None) -> Iterator[str]:
    """What a rule's peers are: pods of the product, a resource by its port, the open internet, or addresses as they are."""
    if not peers:
        yield ANYWHERE
    for peer in peers or ():
        if "podSelector" in peer and "namespaceSelector" not in peer:
            yield from (one.app for one in workloads if selects(peer["podSelector"], one.labels))
        elif "ipBlock" in peer:
            cidr = str(peer["ipBlock"].get("cidr", ""))
            yield ANYWHERE if cidr in _EVERYWHERE else _inside(cidr, owner)
        else:
            yield _source(peer, {})


def _inside(cidr: str, owner: str | None) -> str:
    network = ip_network(cidr, strict=False)
    if network.is_link_local:
        return NODE
    return cidr if owner is None else owner


def _source(peer: JsonObject, tiers: Mapping[str, str]) -> str:
    if "ipBlock" in peer:
        cidr = str(peer["ipBlock"].get("cidr", ""))
        return ANYWHERE if cidr in _EVERYWHERE else tiers.get(cidr, cidr)
    labels = (peer.get("namespaceSelector") or {}).get("matchLabels") or {}
    name = labels.get("kubernetes.io/metadata.name")
    return f"namespace {name}" if name else "other namespaces"


def _ports(rule: JsonObject) -> Iterator[str]:
    ports = rule.get("ports")
    if not ports:
        yield "every port"
    for one in ports or ():
        end = f"-{one['endPort']}" if one.get("endPort") else ""
        yield f"{str(one.get('protocol', 'TCP')).lower()} {one.get('port', 'every port')}{end}"


def _owners_by_port(made: Made) -> Mapping[str, str]:
    """Whose security group lets in on a port: that is who answers there."""
    return {
        f"{one.arguments.get('ip_protocol')} {one.arguments.get('from_port')}": one.owner
        for one in made.of_type("aws_vpc_security_group_ingress_rule")
        if one.arguments.get("from_port") is not None and one.arguments.get("referenced_security_group_id")
    }


def _by_role(made: Made, workloads: Sequence[Running]) -> Iterator[tuple[str, str, str]]:
    accounts = {one.service_account: one.app for one in workloads}
    roles = {
        address_in(one.arguments.get("role_arn")): accounts.get(str(one.arguments.get("service_account")))
        for one in made.of_type("aws_eks_pod_identity_association")
    }
    for policy in made.of_type("aws_iam_role_policy"):
        app = roles.get(address_in(policy.arguments.get("role")))
        if app is None:
            continue
        for statement in _statements(policy.arguments.get("policy")):
            for resource in _listed(statement.get("Resource")):
                block = made.named(resource)
                what = block.owner if block else resource.rsplit(":", 1)[-1]
                for action in _listed(statement.get("Action")):
                    if action in _READS_SECRETS:
                        yield app, what, "reads its secrets"
                    elif not action.startswith("kms:"):
                        yield app, what, action


def _statements(policy: Any) -> list[JsonObject]:
    try:
        return _objects(json.loads(policy).get("Statement")) if isinstance(policy, str) else []
    except (ValueError, AttributeError):
        return []


def _objects(value: Any) -> list[JsonObject]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, Mapping)]


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


ANYWHERE: Final = "the internet"
DNS: Final = "DNS"
NODE: Final = "its identity"
"""Link-local addresses: EKS Pod Identity's agent on the node gives a pod its role there."""
_DNS_PORTS: Final = frozenset({"udp 53", "tcp 53"})
_READS_SECRETS: Final = frozenset({"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"})
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_LAST: Final = {ANYWHERE: 1, NODE: 2, DNS: 3}
"""Columns that stand to the right of all others."""

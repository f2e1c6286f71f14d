"""What the security groups of a Terraform half admit, read from its blocks.

A rule may be written in three ways: as a resource for VPC security group rules, as the older `aws_security_group_rule`,
and inside the group. Source: Terraform AWS provider, "Resource: aws_security_group".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from twinstack.testing.template import Entry, Template


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in to a security group."""

    address: str
    """Where it is written, `aws_vpc_security_group_ingress_rule.database_5432`."""
    group: str
    """`aws_security_group.database`, or a literal id."""
    first_port: int
    last_port: int
    protocol: str
    source: str
    """A group, a block of addresses, or whatever else stands there."""

    def admits(self, port: int) -> bool:
        """Whether it is about TCP on this port."""
        return self.protocol in ANY_PROTOCOL or (
            self.protocol in ("tcp", "6") and self.first_port <= port <= self.last_port
        )

    def is_for(self, groups: Iterable[str], addresses: Iterable[IPv4Network]) -> bool:
        """Whether it lets in members of these groups, or all of these addresses."""
        if self.source in set(groups):
            return True
        blocks = list(addresses)
        if not _BLOCK.fullmatch(self.source):
            return False
        network = IPv4Network(self.source, strict=False)
        return not network.prefixlen or (bool(blocks) and all(block.subnet_of(network) for block in blocks))

    def __str__(self) -> str:
        ports = str(self.first_port) if self.first_port == self.last_port else f"{self.first_port}-{self.last_port}"
        what = "everything" if self.protocol in ANY_PROTOCOL else f"{self.protocol} {ports}"
        return f"{self.address} admits {self.source} on {what}"


def groups_of(entries: Iterable[Entry]) -> list[str]:
    """The security groups that these blocks put themselves into."""
    return _unique(
        reference(value)
        for entry in entries
        if "security_group" not in entry.type
        for value in _values(entry.properties, GROUP_ARGUMENTS)
    )


def subnets_of(entries: Iterable[Entry], infrastructure: Template) -> list[IPv4Network] | None:
    """The addresses of the subnets that these blocks stand in; None where they are not all in the document."""
    names = _unique(reference(value) for entry in entries for value in _values(entry.properties, SUBNET_ARGUMENTS))
    known = {
        entry.address: entry.properties.get("cidr_block", "")
        for entry in infrastructure.entries
        if entry.type in ("aws_subnet", "data.aws_subnet")
    }
    blocks = [known.get(name, "") for name in names]
    if not blocks or not all(_BLOCK.fullmatch(block) for block in blocks):
        return None
    return [IPv4Network(block) for block in blocks]


def cluster_groups(infrastructure: Template) -> list[str]:
    """The groups of every pod's traffic: the one that EKS makes for the cluster, and those it is given besides."""
    clusters = [entry for entry in infrastructure.entries if entry.type in ("aws_eks_cluster", "data.aws_eks_cluster")]
    return [
        *(f"{entry.address}.vpc_config[0].cluster_security_group_id" for entry in clusters),
        *groups_of(clusters),
    ]


def cluster_subnets(infrastructure: Template) -> list[IPv4Network] | None:
    """Where nodes and pods have their addresses; None where the cluster is another team's."""
    return subnets_of([entry for entry in infrastructure.entries if entry.type == "aws_eks_cluster"], infrastructure)


def rules_into(infrastructure: Template, groups: Iterable[str]) -> list[Rule]:
    """Every way in to these groups."""
    wanted = set(groups)
    return [rule for entry in infrastructure.entries for rule in _rules(entry) if rule.group in wanted]


def reference(expression: str) -> str:
    """`${aws_security_group.database.id}` is `aws_security_group.database`; a literal is itself."""
    match = _EXPRESSION.fullmatch(expression)
    return match[1].removesuffix(".id") if match else expression


def _rules(entry: Entry) -> Iterator[Rule]:
    one = entry.properties
    match entry.type:
        case "aws_vpc_security_group_ingress_rule":
            sources = [one[name] for name in VPC_SOURCES if one.get(name)]
            yield from _each(entry.address, one.get("security_group_id", ""), one.get("ip_protocol", ""), one, sources)
        case "aws_security_group_rule" if one.get("type") == "ingress":
            yield from _each(
                entry.address, one.get("security_group_id", ""), one.get("protocol", ""), one, _inline_sources(one)
            )
        case "aws_security_group":
            for index, block in enumerate(one.get("ingress") or ()):
                yield from _each(
                    f"{entry.address}.ingress[{index}]", entry.address, block.get("protocol", ""), block,
                    _inline_sources(block),
                )  # fmt: skip


def _each(address: str, group: str, protocol: Any, ports: Mapping[str, Any], sources: Iterable[str]) -> Iterator[Rule]:
    first = int(ports.get("from_port") or 0)
    last = int(ports.get("to_port") or first)
    for source in sources:
        yield Rule(address, reference(group), first, last, str(protocol).lower(), reference(source))


def _inline_sources(block: Mapping[str, Any]) -> Iterator[str]:
    if block.get("source_security_group_id"):
        yield block["source_security_group_id"]
    if block.get("self"):
        yield "itself"
    for name in INLINE_SOURCES:
        yield from block.get(name) or ()


def _values(properties: Any, names: frozenset[str]) -> Iterator[str]:
    """The texts that stand under these arguments, however deep."""
    if isinstance(properties, Mapping):
        for name, value in properties.items():
            if name in names:
                yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
            else:
                yield from _values(value, names)
    elif isinstance(properties, list):
        for value in properties:
            yield from _values(value, names)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


GROUP_ARGUMENTS: Final = frozenset({"vpc_security_group_ids", "security_group_ids", "security_groups"})
SUBNET_ARGUMENTS: Final = frozenset({"subnet_ids", "subnets", "client_subnets"})
VPC_SOURCES: Final = ("referenced_security_group_id", "cidr_ipv4", "cidr_ipv6", "prefix_list_id")
INLINE_SOURCES: Final = ("security_groups", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")
ANY_PROTOCOL: Final = ("-1", "all")
_EXPRESSION: Final = re.compile(r"\$\{([^{}]+)\}")
_BLOCK: Final = re.compile(r"[0-9.]+/[0-9]+")

"""What is reached, or may be done, after a change and was not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from twinstack.changes.judgement import blocks
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET
from twinstack.facts.conditions import holds
from twinstack.facts.rights import given

Arguments: TypeAlias = Mapping[str, Any]
Found: TypeAlias = Iterator[tuple[str, str]]
"""The argument, and what is open by it."""


def opened(
    type_name: str, before: Arguments | None, after: Arguments | None, is_new: Callable[[str], bool] = lambda _: False
) -> Found:
    """Each argument by which more is reached or allowed than before; None is a resource that is not there. A right over
    something that `is_new` opens nothing.
    """
    old, new = before or {}, after or {}
    if before is not None and after is not None:
        yield from _switches(type_name, old, new)
    for judge in _JUDGES.get(type_name, ()):
        yield from judge(old, new)
    for path in POLICIES:
        if path in old or path in new:
            yield from _policy(path, old.get(path), new.get(path), is_new)


def _switches(type_name: str, old: Arguments, new: Arguments) -> Found:
    for path, (closed, why) in {**SWITCHES, **SWITCHES_OF.get(type_name, {})}.items():
        was, becomes = at(old, path), at(new, path)
        if is_on(was) is not is_on(becomes) and is_on(becomes) is not closed and becomes is not UNKNOWN_YET:
            yield path, why
    for path in ADDRESSES.get(type_name, ()):
        if wider := [one for one in texts(at(new, path)) if not any(holds(each, one) for each in texts(at(old, path)))]:
            yield path, f"it is reached from {', '.join(wider)} too"


def _policy(path: str, was: Any, becomes: Any, is_new: Callable[[str], bool]) -> Found:
    if becomes is UNKNOWN_YET:
        yield path, "what it allows only the apply tells"
    elif more := given(was, becomes, is_new):
        yield path, f"it allows {_some(more)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One way in: a protocol, ports and from where."""

    protocol: str
    low: int
    high: int
    peer: str

    def holds(self, other: Entry) -> bool:
        """Whether whoever comes by the other one comes by this one too."""
        is_all = self.protocol in ALL_PROTOCOLS
        ports = is_all or (self.protocol == other.protocol and self.low <= other.low and self.high >= other.high)
        return ports and holds(self.peer, other.peer)

    def __str__(self) -> str:
        ports = "everything" if self.protocol in ALL_PROTOCOLS else f"{self.protocol} {self._ports}"
        return f"{self.peer} to {ports}"

    @property
    def _ports(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"


def _entries_of_group(arguments: Arguments) -> Iterator[Entry]:
    """The rules that stand inside of a group."""
    for row in blocks(arguments.get("ingress")):
        yield from _entries(row, "protocol")


def _entries_of_rule(arguments: Arguments) -> Iterator[Entry]:
    if arguments and arguments.get("type", "ingress") == "ingress":
        yield from _entries(arguments, "ip_protocol" if "ip_protocol" in arguments else "protocol")


def _entries(row: Arguments, protocol: str) -> Iterator[Entry]:
    peers = [one for name in PEERS for one in texts(row.get(name))]
    later = any(row.get(name) is UNKNOWN_YET for name in PEERS)
    if row.get("self") is True:
        peers.append("itself")
    named = str(row.get(protocol) if row.get(protocol) is not None else "-1").lower()
    low, high = (number if isinstance(number := row.get(name), int) else edge for name, edge in PORTS.items())
    for peer in peers or (["what only the apply tells"] if later else []):
        yield Entry(named, low, high, peer)


def _entries_judge(
    entries: Callable[[Arguments], Iterator[Entry]], path: str
) -> Callable[[Arguments, Arguments], Found]:
    def judge(old: Arguments, new: Arguments) -> Found:
        former = [*entries(old)]
        more = [one for one in entries(new) if not any(each.holds(one) for each in former)]
        if more:
            yield path, f"it lets in {_some([*map(str, more)])}"

    return judge


def _network_acl(old: Arguments, new: Arguments) -> Found:
    def admits(one: Arguments) -> bool:
        return bool(one) and one.get("egress") is not True and one.get("rule_action") == "allow"

    def refuses(one: Arguments) -> bool:
        return bool(one) and one.get("egress") is not True and one.get("rule_action") == "deny"

    if (admits(new) and {**old, "id": None} != {**new, "id": None}) or (refuses(old) and not refuses(new)):
        yield "", f"the network lets in {new.get('cidr_block') or new.get('ipv6_cidr_block') or 'what it kept out'}"


def _route(old: Arguments, new: Arguments) -> Found:
    """A way to the internet, in both directions: that of a NAT gateway leads out alone."""
    if new.get("gateway_id") and new.get("gateway_id") != "local" and old.get("gateway_id") in (None, ""):
        yield "gateway_id", "what stands in its subnets is reached from the internet, where it has a public address"


def _acl(old: Arguments, new: Arguments) -> Found:
    if new.get("acl") in PUBLIC_ACLS and new.get("acl") != old.get("acl"):
        yield "acl", f"{new['acl']}: {PUBLIC_ACLS[new['acl']]}"


def _public_access_block(old: Arguments, new: Arguments) -> Found:
    for name in BLOCKED:
        if is_on(old.get(name)) and not is_on(new.get(name)):
            yield name if new else "", "a policy or an ACL may let everybody in"
            if not new:
                return


def _attached(path: str, what: str) -> Callable[[Arguments, Arguments], Found]:
    """What is given to something that stands by a resource of its own."""

    def judge(old: Arguments, new: Arguments) -> Found:
        given = new.get(path)
        if given and given != old.get(path):
            yield path, f"{what} {'what only the apply tells' if given is UNKNOWN_YET else given}"

    return judge


def _role(old: Arguments, new: Arguments) -> Found:
    if old and old.get("permissions_boundary") and not new.get("permissions_boundary"):
        yield "permissions_boundary", "nothing bounds what it may do"
    more = [one for one in texts(new.get("managed_policy_arns")) if one not in texts(old.get("managed_policy_arns"))]
    if old and more:
        yield "managed_policy_arns", f"it has the rights of {', '.join(more)} too"


def _permission(_old: Arguments, new: Arguments) -> Found:
    if new:
        yield "principal", f"{new.get('principal')} may {new.get('action')}"


def _function_url(old: Arguments, new: Arguments) -> Found:
    if new.get("authorization_type") == "NONE" and old.get("authorization_type") != "NONE":
        yield "authorization_type", "everybody on the internet may call it"


def _firewall(old: Arguments, new: Arguments) -> Found:
    was, becomes = at(old, "default_action"), at(new, "default_action")
    if blocks(at(was, "block")) and not blocks(at(becomes, "block")):
        yield "default_action", "what no rule names is let in"


def _some(found: list[str]) -> str:
    return ", ".join(found[:MOST]) + (f" and {len(found) - MOST} more" if len(found) > MOST else "")


def at(arguments: Any, path: str) -> Any:
    """The value at a path, into the first of each repeated block; None where there is none."""
    value = arguments
    for name in path.split("."):
        value = next(iter(blocks(value)), {}).get(name)
    return value


def texts(value: Any) -> list[str]:
    """The texts of a list, or the one."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]


def is_on(value: Any) -> bool:
    """Whether a switch is on, however it is written."""
    return value is True or (isinstance(value, str) and value.lower() in {"true", "active", "enabled"})


SWITCHES: Final[Mapping[str, tuple[bool, str]]] = {
    "publicly_accessible": (False, "it has an address on the internet"),
    "map_public_ip_on_launch": (False, "whatever starts in it has an address on the internet"),
    "associate_public_ip_address": (False, "it has an address on the internet"),
    "assign_public_ip": (False, "it has an address on the internet"),
}
"""Of any type, by the argument: how it is closed, and what it is to be open."""
SWITCHES_OF: Final[Mapping[str, Mapping[str, tuple[bool, str]]]] = {
    "aws_eks_cluster": {"vpc_config.endpoint_public_access": (False, "its API is reached from the internet")},
    "aws_lb": {"internal": (True, "it is reached from the internet")},
    "aws_alb": {"internal": (True, "it is reached from the internet")},
}
ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {"aws_eks_cluster": ("vpc_config.public_access_cidrs",)}
"""Lists of networks that are let in."""
PEERS: Final = (
    "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "cidr_ipv4", "cidr_ipv6", "prefix_list_id",
    "referenced_security_group_id", "source_security_group_id",
)  # fmt: skip
PORTS: Final = {"from_port": 0, "to_port": 65535}
ALL_PROTOCOLS: Final = frozenset({"-1", "all"})
POLICIES: Final = ("policy", "assume_role_policy", "access_policies", "access_policy", "resource_policy")
"""The arguments that are a policy of IAM, of any type; what has no statements gives nothing."""
BLOCKED: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
PUBLIC_ACLS: Final[Mapping[str, str]] = {
    "public-read": "everybody on the internet may read it",
    "public-read-write": "everybody on the internet may read and write it",
    "authenticated-read": "everybody with an account of AWS may read it",
}
MOST: Final = 3
_RULE: Final = _entries_judge(_entries_of_rule, "")
_JUDGES: Final[Mapping[str, tuple[Callable[[Arguments, Arguments], Found], ...]]] = {
    "aws_default_security_group": (_entries_judge(_entries_of_group, "ingress"),),
    "aws_eks_access_entry": (_attached("kubernetes_groups", "it lets in a member of"),),
    "aws_eks_access_policy_association": (_attached("policy_arn", "it gives somebody"),),
    "aws_iam_group_policy_attachment": (_attached("policy_arn", "its members have the rights of"),),
    "aws_iam_role": (_role,),
    "aws_iam_role_policy_attachment": (_attached("policy_arn", "it has the rights of"),),
    "aws_iam_user": (_role,),
    "aws_iam_user_policy_attachment": (_attached("policy_arn", "it has the rights of"),),
    "aws_kms_grant": (_attached("grantee_principal", "it may be used by"),),
    "aws_lambda_function_url": (_function_url,),
    "aws_lambda_permission": (_permission,),
    "aws_network_acl_rule": (_network_acl,),
    "aws_route": (_route,),
    "aws_s3_account_public_access_block": (_public_access_block,),
    "aws_s3_bucket": (_acl,),
    "aws_s3_bucket_acl": (_acl,),
    "aws_s3_bucket_public_access_block": (_public_access_block,),
    "aws_security_group": (_entries_judge(_entries_of_group, "ingress"),),
    "aws_security_group_rule": (_RULE,),
    "aws_vpc_security_group_ingress_rule": (_RULE,),
    "aws_wafv2_web_acl": (_firewall,),
}

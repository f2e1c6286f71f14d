"""What a network is described by, and how its address space is divided."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model, missing
from twinstack.environment.placement import NetworkPlan
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.spec import Half

SUBNET: Final = r"^subnet-[0-9a-f]{8,17}$"


class Nat(StrEnum):
    """How private subnets reach the internet."""

    NONE = "none"
    SINGLE = "single"
    PER_ZONE = "per_zone"


class ExistingNetwork(Model):
    """A VPC that another team keeps. Nothing of it is changed."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")]
    """The VPC."""
    private_subnet_ids: Annotated[tuple[Annotated[str, Field(pattern=SUBNET)], ...], Field(min_length=2)]
    """Subnets for nodes and pods, in at least two zones."""
    database_subnet_ids: Annotated[tuple[Annotated[str, Field(pattern=SUBNET)], ...], Field(min_length=2)]
    """Subnets for databases and caches, in at least two zones."""
    database_cidrs: tuple[IPv4Network, ...] = ()
    """The addresses of those subnets, one range for each. AWS may answer inside this VPC, at endpoints: with these the way
    there leads to no database, and a link to a database leads nowhere else."""

    def rules(self) -> Iterator[Finding]:
        if self.database_cidrs and len(self.database_cidrs) != len(self.database_subnet_ids):
            yield Finding(
                "TW315",
                "not every database subnet has its addresses",
                ("database_cidrs",),
                given=f"{len(self.database_cidrs)}, with {len(self.database_subnet_ids)} database_subnet_ids",
                allowed="one range for each subnet of database_subnet_ids",
                fix="add what `aws ec2 describe-subnets` says of each",
            )


class NetworkSpec(NetworkPlan):
    """Where everything runs.

    The address space is cut into eight blocks: one private subnet each for up to four zones, the fifth block for
    the public subnets, the sixth for the databases', two left free. Source: Amazon VPC User Guide, "VPC CIDR blocks".
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    cidr: IPv4Network
    """The VPC's address space; for an existing VPC, the space it has."""
    zones: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]$")], ...], Field(min_length=2, max_length=4)] = (
        "a",
        "b",
        "c",
    )
    """The zones' letters within the region."""
    nat: Nat | None = None
    """`none`, `single` (one gateway for all zones) or `per_zone`; needed unless the VPC exists."""
    flow_log_retention_days: RetentionDays = 90
    """Days that the record of accepted and refused traffic is kept."""
    existing: ExistingNetwork | None = None
    """Uses this VPC instead of making one."""

    @property
    def zone_names(self) -> tuple[str, ...]:
        """`us-west-2a` and so on."""
        return tuple(f"{self.context.region}{letter}" for letter in self.zones)

    @property
    def private_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, for nodes and pods."""
        return tuple(self._blocks[: len(self.zones)])

    @property
    def public_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, for load balancers and NAT gateways."""
        return tuple(self._blocks[_PUBLIC_BLOCK].subnets(prefixlen_diff=3))[: len(self.zones)]

    @property
    def database_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, without a way out. For an existing VPC what it says of them, else its whole space."""
        if self.existing:
            return self.existing.database_cidrs or (self.cidr,)
        return tuple(self._blocks[_DATABASE_BLOCK].subnets(prefixlen_diff=3))[: len(self.zones)]

    @property
    def knows_database_cidrs(self) -> bool:
        """Unless an existing VPC does not say where its database subnets are."""
        return not self.existing or bool(self.existing.database_cidrs)

    @property
    def load_balancer_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where the load balancer's addresses lie, for network policies."""
        return (self.cidr,) if self.existing else self.public_cidrs

    @property
    def may_have_endpoints(self) -> bool:
        """Only another team's VPC: S3's gateway, which is all that ours has, keeps S3's public addresses."""
        return self.existing is not None

    def names(self) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "IAM role", self.aws_name_of("flow-log")

    def rules(self) -> Iterator[Finding]:
        if self.nat is None and not self.existing:
            yield missing("nat", "none, single or per_zone")
        if not self.existing and not LARGEST_PREFIX >= self.cidr.prefixlen >= SMALLEST_PREFIX:
            small = self.cidr.prefixlen > LARGEST_PREFIX
            yield Finding(
                "TW310",
                f"the address space is too {'small' if small else 'large'}",
                ("cidr",),
                given=f"{self.cidr} ({self.cidr.num_addresses} addresses)",
                allowed=f"/{SMALLEST_PREFIX} to /{LARGEST_PREFIX}",
                fix="every pod has an address of its own, and load balancers want 8 free ones in each subnet"
                if small
                else "AWS makes no VPC larger than /16",
            )
        if not self.cidr.is_private:
            yield Finding(
                "TW312",
                "public addresses",
                ("cidr",),
                str(self.cidr),
                "a private range (RFC 1918)",
                "for example 10.40.0.0/16",
            )
        if len(set(self.zones)) != len(self.zones):
            yield Finding(
                "TW313", "a zone stands twice", ("zones",), ", ".join(self.zones), "each zone once", "remove one"
            )

    def review(self) -> Iterator[Finding]:
        for reserved, whose in RESERVED_RANGES.items():
            if self.cidr.overlaps(reserved):
                yield Finding(
                    "TW311", "the address space overlaps another", ("cidr",), str(self.cidr), f"a range outside {reserved}, {whose}", "choose another range",
                )  # fmt: skip
        if self.nat is Nat.NONE and not self.existing:
            outside = sorted({one.image for one in self.environment.workloads if ".dkr.ecr." not in one.image})
            if outside:
                yield Finding(
                    "TW314",
                    "nodes without a way out cannot fetch these images",
                    ("nat",),
                    given=f"nat: none, with {', '.join(outside)}",
                    allowed="single or per_zone; or images in ECR, and endpoints for it",
                    fix="set `nat: single`",
                )
        if self.context.protected and self.nat is Nat.SINGLE and not self.existing:
            yield relaxed("TW404", "a NAT gateway in each zone", "nat", "single", "per_zone")

    @property
    def _blocks(self) -> list[IPv4Network]:
        return list(self.cidr.subnets(prefixlen_diff=3))


_PUBLIC_BLOCK: Final = 4
_DATABASE_BLOCK: Final = 5
SMALLEST_PREFIX: Final = 16
LARGEST_PREFIX: Final = 20
RESERVED_RANGES: Final = {
    IPv4Network("172.20.0.0/16"): "which Kubernetes services use",
    IPv4Network("172.17.0.0/16"): "which Docker uses on the nodes",
    IPv4Network("169.254.0.0/16"): "which are link-local",
}

"""What a network is described by, and how its address space is divided."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from twinstack.environment.model import Finding, Model, NotInForce, missing
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.nodes import Zone
from twinstack.environment.placement import RANGES_OF_NETWORKS, ClusterPlan, NetworkPlan
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.spec import Half
from twinstack.environment.writes import Writes
from twinstack.network.address_plan import LAST_PLACE, AddressPlan
from twinstack.network.endpoint_names import check_endpoints
from twinstack.network.usual_zones import check_zones
from twinstack.network.way_out import GATEWAY, needed_services, without_way_out


def _is_short(service: str) -> str:
    if service.startswith(("com.amazonaws.", "aws.")):
        raise ValueError("the last part of the endpoint's name alone: `kms` of com.amazonaws.us-west-2.kms")
    return service


EndpointName = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$"), AfterValidator(_is_short)]
SUBNET: Final = r"^subnet-[0-9a-f]{8,17}$"


class Nat(StrEnum):
    """How private subnets reach the internet."""

    NONE = "none"
    SINGLE = "single"
    PER_ZONE = "per_zone"


class FlowLogTraffic(StrEnum):
    """Which traffic is recorded."""

    REJECTED = "rejected"
    ACCEPTED = "accepted"
    ALL = "all"


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
        for field in ("private_subnet_ids", "database_subnet_ids"):
            ids: tuple[str, ...] = getattr(self, field)
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                yield Finding(
                    "TW319",
                    "a subnet stands twice",
                    (field,),
                    ", ".join(twice),
                    "each subnet once, in at least two zones",
                    "name another subnet, in another zone",
                )
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

    The address space is cut by the zones' letters (AddressPlan), so that to add, remove or reorder zones moves no other
    zone's subnets. Without NAT gateways, interface endpoints take the place of the internet for what nodes and pods
    need of AWS.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    cidr: Annotated[IPv4Network, Writes("aws_vpc", "cidr_block")]
    """The VPC's address space; for an existing VPC, the space it has."""
    zones: Annotated[
        tuple[Zone, ...],
        Field(min_length=2, max_length=4),
        Writes("aws_subnet", "availability_zone", through="zone_names"),
    ] = ("a", "b", "c")
    """The zones' letters within the region; needed where it has others than a, b and c."""
    zone_places: dict[Zone, Annotated[int, Field(ge=0, le=LAST_PLACE)]] = Field(default_factory=dict)
    """Where a zone's subnets lie, if not at its letter's place (`a` is 0): what a network that was made before places
    went by letters keeps (`{d: 2}` of the zones a, b and d)."""
    nat: Nat | None = None
    """`none`, `single` (one gateway for all zones) or `per_zone`; needed unless the VPC exists."""
    endpoints: tuple[EndpointName, ...] = ()
    """AWS services that answer inside the network, by the last part of their endpoint's name (`kms`, `ecr.api`): beside
    those that nodes and pods need, which `nat: none` brings. Each costs by the hour and zone. Peerings, and routes other than
    these, are the network owner's: a network that has them is named under `existing`."""
    flow_log_traffic: FlowLogTraffic = FlowLogTraffic.REJECTED
    """`rejected`, `accepted` or `all`: what is refused shows a wrong rule or somebody who tries; all that passes is ten
    times as much and more, at the full price of a log."""
    flow_log_retention_days: RetentionDays = 90
    """Days that the record of this traffic is kept."""
    existing: ExistingNetwork | None = None
    """Uses this VPC instead of making one."""

    @property
    def zone_names(self) -> tuple[str, ...]:
        """`us-west-2a` and so on."""
        return tuple(f"{self.context.region}{letter}" for letter in self.zones)

    @property
    def address_space(self) -> IPv4Network:
        return self.cidr

    @property
    def zone_letters(self) -> tuple[str, ...]:
        return () if self.existing else self.zones

    @property
    def private_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, for nodes and pods."""
        return tuple(map(self._plan.private, self.zones))

    @property
    def public_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, for load balancers and NAT gateways."""
        return tuple(map(self._plan.public, self.zones))

    @property
    def database_cidrs(self) -> tuple[IPv4Network, ...]:
        """One per zone, without a way out. For an existing VPC what it says of them, else its whole space."""
        if self.existing:
            return self.existing.database_cidrs or (self.cidr,)
        return tuple(map(self._plan.database, self.zones))

    @property
    def knows_database_cidrs(self) -> bool:
        """Unless an existing VPC does not say where its database subnets are."""
        return not self.existing or bool(self.existing.database_cidrs)

    @property
    def nat_zones(self) -> tuple[str, ...]:
        """The zones with a NAT gateway."""
        if self.existing or self.nat in (None, Nat.NONE):
            return ()
        return self.zones if self.nat is Nat.PER_ZONE else (min(self.zones),)

    @property
    def interface_endpoints(self) -> tuple[str, ...]:
        """The AWS services that get an endpoint, in the order of the alphabet."""
        if self.existing:
            return ()
        needed = needed_services(self) if self.nat is Nat.NONE else ()
        return tuple(sorted({*self.endpoints, *needed} - {GATEWAY}))

    @property
    def endpoint_cidrs(self) -> tuple[IPv4Network, ...]:
        """The private subnets, where there are endpoints."""
        return self.private_cidrs if self.interface_endpoints else ()

    @property
    def load_balancer_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where the load balancer's addresses lie, for network policies."""
        return (self.cidr,) if self.existing else self.public_cidrs

    @property
    def may_have_endpoints(self) -> bool:
        """Only another team's VPC, where they may lie anywhere: where ours are is known (`endpoint_cidrs`)."""
        return self.existing is not None

    def not_in_force(self) -> Mapping[str, NotInForce]:
        if not self.existing:
            return {}
        reason = "nothing of a network that exists is made or changed"
        fields = ("title", "zones", "zone_places", "nat", "flow_log_traffic", "flow_log_retention_days")
        return dict.fromkeys(fields, NotInForce("existing", reason))

    def monitoring(self) -> Monitoring:
        from twinstack.network.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        if not self.existing:
            yield "IAM role", self.aws_name_of("flow-log")
        if self.interface_endpoints:
            yield "security group", self.aws_name_of("endpoints")

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
        if not any(self.cidr.subnet_of(one) for one in RANGES_OF_NETWORKS):
            yield Finding(
                "TW312",
                "no private addresses",
                ("cidr",),
                str(self.cidr),
                "a range that is nobody's on the internet: RFC 1918, or RFC 6598 (100.64.0.0/10)",
                "for example 10.40.0.0/16",
            )
        if len(set(self.zones)) != len(self.zones):
            yield Finding(
                "TW313", "a zone stands twice", ("zones",), ", ".join(self.zones), "each zone once", "remove one"
            )
        if len({self._plan.place(letter) for letter in self.zones}) < len(set(self.zones)):
            yield Finding(
                "TW320",
                "two zones would share their addresses",
                ("zone_places",),
                given=", ".join(f"{letter}: {self._plan.place(letter)}" for letter in self.zones),
                allowed=f"a place of its own for each zone, 0 to {LAST_PLACE}; its letter's unless given",
                fix="give one of them another place",
            )
        if self.existing and self.endpoints:
            yield Finding(
                "TW321",
                "endpoints in a network that is another team's",
                ("endpoints",),
                ", ".join(self.endpoints),
                "none: nothing of an existing network is changed",
                "remove `endpoints`, and ask the network's owner for them",
            )

    def review(self) -> Iterator[Finding]:
        cluster = self.environment.find(ClusterPlan)
        services = {cluster.service_cidr: "which Kubernetes services use"} if cluster and cluster.service_cidr else {}
        for reserved, whose in (RESERVED_RANGES | services).items():
            if self.cidr.overlaps(reserved):
                yield Finding(
                    "TW311", "the address space overlaps another", ("cidr",), str(self.cidr), f"a range outside {reserved}, {whose}", "choose another range",
                )  # fmt: skip
        if cluster is not None and not cluster.is_own and not self.existing:
            yield Finding(
                "TW316",
                "a network of its own beside a cluster that exists in another",
                ("existing",),
                given=f"{cluster.key}.existing, without {self.key}.existing",
                allowed=f"both, or a cluster of its own: no pod of {cluster.key} would reach a database in a new VPC",
                fix=f"name the cluster's VPC and subnets under `{self.key}.existing`",
            )
        if not self.existing:
            yield from check_zones(self.context.region, self.zones if "zones" in self.model_fields_set else None)
        yield from check_endpoints(self)
        if self.nat is Nat.NONE and not self.existing:
            yield from without_way_out(self)
        if self.context.protected and self.nat is Nat.SINGLE and not self.existing:
            yield relaxed("TW404", "a NAT gateway in each zone", "nat", "single", "per_zone")

    @property
    def _plan(self) -> AddressPlan:
        return AddressPlan(self.cidr, self.zone_places)


SMALLEST_PREFIX: Final = 16
LARGEST_PREFIX: Final = 20
RESERVED_RANGES: Final = {
    IPv4Network("172.17.0.0/16"): "which Docker uses on the nodes",
    IPv4Network("169.254.0.0/16"): "which are link-local",
}

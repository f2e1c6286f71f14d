"""What a cluster is described by."""

from collections.abc import Iterator, Mapping, Set
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.cluster.capacity import check_capacity
from twinstack.cluster.node_group import NodeGroup
from twinstack.environment.container import Architecture
from twinstack.environment.model import Finding, NotInForce, missing
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.node_pool import NodePool
from twinstack.environment.nodes import Taint
from twinstack.environment.placement import (
    PRIVATE_RANGES,
    RANGES_OF_NETWORKS,
    ClusterPlan,
    DeliveryPlan,
    NetworkPlan,
    Nodes,
)
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.spec import Half
from twinstack.environment.support import check_support
from twinstack.environment.writes import Writes
from twinstack.facts.support import KUBERNETES as STANDARD_SUPPORT_ENDS


class ClusterMode(StrEnum):
    """Who keeps the nodes: EKS (Auto Mode), or managed node groups of a given size."""

    AUTO = "auto"
    MANAGED = "managed"


RoleName = Annotated[str, Field(pattern=r"^([A-Za-z0-9+=,.@_-]+/){0,8}[A-Za-z0-9+=,.@_-]{1,64}$")]
SecurityGroupId = Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$")]


class ClusterSpec(ClusterPlan):
    """An EKS cluster: private endpoint, all control plane logs, encrypted secrets, access entries, Pod Identity.

    Sources: Amazon EKS User Guide, "EKS Auto Mode", "EKS Pod Identity", "Access entries", "Security best practices".
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    version: Annotated[str, Writes("aws_eks_cluster", "version")] = "1.36"
    """Kubernetes' minor version. EKS upgrades by one minor version at a time: a jump is refused when it is applied."""
    mode: ClusterMode = ClusterMode.AUTO
    """`auto`: EKS keeps the nodes; `managed`: `node_groups` say what runs."""
    node_groups: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")], NodeGroup] = Field(default_factory=dict)
    """Managed groups of nodes, by name."""
    node_pools: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")], NodePool] = Field(default_factory=dict)
    """Pools of nodes that Auto Mode starts beside its built-in ones, which have amd64 nodes on demand alone; by name."""
    private_access_cidrs: Annotated[
        tuple[IPv4Network, ...], Writes("aws_vpc_security_group_ingress_rule", "cidr_ipv4")
    ] = ()
    """Networks from which the API server's private address may be reached: a VPN's, a bastion's, a runner's."""
    private_access_security_groups: tuple[SecurityGroupId, ...] = ()
    """Security groups from which it may be reached: a bastion's or a runner's, in the same network."""
    public_access_cidrs: Annotated[
        tuple[IPv4Network, ...], Writes("aws_eks_cluster", "vpc_config.public_access_cidrs")
    ] = ()
    """Addresses from which the API server may be reached over the internet; none: it has no public address."""
    administrators: Annotated[
        tuple[RoleName, ...], Writes("aws_eks_access_entry", "principal_arn", through="administrator_arns")
    ] = ()
    """IAM roles of this account that administer the cluster, by name (with their path, if any)."""
    deployers: Annotated[
        tuple[RoleName, ...], Writes("aws_eks_access_entry", "principal_arn", through="deployer_arns")
    ] = ()
    """IAM roles of this account that release the product, and may do nothing beyond its namespace. Of a cluster that
    exists, its owner puts them into the group."""
    exporters: bool = False
    """Whether kube-state-metrics and node-exporter run, for a Prometheus that reads them."""
    keda: bool = False
    """Whether KEDA runs in it, which `scale.queue` of a worker needs. It is installed by whoever keeps the cluster (its chart, or
    an add-on), with the rights that it wants in every namespace."""
    log_retention_days: RetentionDays = 90
    """Days that the control plane's logs are kept."""
    deletion_protection: bool | None = None
    """Makes AWS refuse to delete the cluster; needed unless the cluster exists."""
    service_ipv4_cidr: Annotated[
        IPv4Network | None, Writes("aws_eks_cluster", "kubernetes_network_config.service_ipv4_cidr")
    ] = None
    """Where Services have their addresses; 172.20.0.0/16 in a network of 10.0.0.0/8 and 10.100.0.0/16 in any other unless
    given, which is what EKS chooses by itself. Another one makes another cluster. For an existing cluster, the range
    it has: pods may then ask for names there alone."""
    existing: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")] | None = None
    """Uses the cluster of this name instead of making one; its add-ons are its owner's."""
    node_security_group_ids: tuple[SecurityGroupId, ...] = ()
    """The security groups of an existing cluster's nodes, where they have others than the cluster's own."""

    @property
    def cluster_name(self) -> str:
        """`shadower-analytics`."""
        return self.existing or self.aws_name

    @property
    def is_auto(self) -> bool:
        return self.mode is ClusterMode.AUTO

    @property
    def is_own(self) -> bool:
        return self.existing is None

    @property
    def service_cidr(self) -> IPv4Network | None:
        network = self.environment.find(NetworkPlan)
        if self.service_ipv4_cidr or self.existing or network is None or network.address_space is None:
            return self.service_ipv4_cidr
        return CHOICES_OF_EKS[network.address_space.overlaps(TEN)]

    @property
    def has_keda(self) -> bool:
        return self.keda

    @property
    def kubernetes_version(self) -> str:
        """What YAML says, of a shared cluster too."""
        return self.version

    @property
    def administrator_arns(self) -> tuple[str, ...]:
        """The administrators' roles, by ARN."""
        return tuple(map(self._role_arn, self.administrators))

    @property
    def deployer_arns(self) -> tuple[str, ...]:
        """The deployers' roles, by ARN."""
        return tuple(map(self._role_arn, self.deployers))

    @property
    def deployer_group(self) -> str | None:
        return f"twinstack:{self.context.namespace}:deployers" if self.deployers or self._has_pipeline else None

    @property
    def reader_group(self) -> str | None:
        return f"twinstack:{self.context.namespace}:readers" if self._has_pipeline else None

    @property
    def admits_the_internet(self) -> bool | None:
        return None if self.existing else any(not cidr.prefixlen for cidr in self.public_access_cidrs)

    @property
    def _has_pipeline(self) -> bool:
        delivery = self.environment.find(DeliveryPlan)
        return delivery is not None and delivery.is_by_pipeline

    @property
    def node_security_groups(self) -> tuple[str, ...]:
        return self.node_security_group_ids

    @property
    def arn(self) -> str:
        """The cluster's ARN, known before it exists."""
        return f"arn:aws:eks:{self.context.region}:{self.context.account}:cluster/{self.cluster_name}"

    @property
    def architectures(self) -> Set[Architecture]:
        """Auto Mode's built-in pools start amd64 nodes for workloads; `system`, which has arm64 too, is tainted.

        Source: Amazon EKS User Guide, "Enable or Disable Built-in NodePools".
        """
        if self.existing:
            return frozenset()
        if self.is_auto:
            return frozenset({Architecture.AMD64, *(pool.architecture for pool in self.node_pools.values())})
        return frozenset(group.processor for group in self.node_groups.values())

    @property
    def nodes(self) -> tuple[Nodes, ...] | None:
        if self.existing:
            return None
        if self.is_auto:
            own = (
                Nodes(name, one.architecture, one.capacity, one.labels, one.taints)
                for name, one in self.node_pools.items()
            )
            return (*BUILT_IN, *own)
        return tuple(
            Nodes(name, one.processor, one.capacity, one.labels, one.taints, one.instance_types)
            for name, one in self.node_groups.items()
        )

    @property
    def pools(self) -> Mapping[str, NodePool]:
        return {} if self.existing else self.node_pools

    def not_in_force(self) -> Mapping[str, NotInForce]:
        if not self.existing:
            return {}
        reason = "nothing of a cluster that exists is made or changed, its add-ons and access entries neither"
        fields: tuple[str, ...] = (
            "title", "node_groups", "node_pools", "private_access_cidrs", "private_access_security_groups", "public_access_cidrs",
            "administrators", "exporters", "log_retention_days", "deletion_protection",
        )  # fmt: skip
        if self._has_pipeline:  # by whose group the Role is there already
            fields += ("deployers",)
        return dict.fromkeys(fields, NotInForce("existing", reason))

    def monitoring(self) -> Monitoring:
        from twinstack.cluster.monitoring import monitoring

        return monitoring()

    def names(self) -> Iterator[tuple[str, str]]:
        yield "EKS cluster", self.cluster_name
        if self.existing:
            return
        yield "IAM role", self.aws_name_of("cluster")
        yield "IAM role", self.aws_name_of("node")
        if not self.is_auto:
            yield "IAM role", self.aws_name_of("volume")
            for group in self.node_groups:
                yield "EC2 launch template", self.aws_name_of(group)

    def rules(self) -> Iterator[Finding]:
        if self.deletion_protection is None and not self.existing:
            yield missing("deletion_protection", "true or false")
        if (services := self.service_ipv4_cidr) and not (
            SMALLEST_SERVICES >= services.prefixlen >= LARGEST_SERVICES
            and any(services.subnet_of(one) for one in PRIVATE_RANGES)
        ):
            yield Finding(
                "TW322",
                "no range for Services",
                ("service_ipv4_cidr",),
                str(services),
                f"/{LARGEST_SERVICES} to /{SMALLEST_SERVICES} within {', '.join(map(str, PRIVATE_RANGES))}",
                "choose another range, or leave it out",
            )
        if self.mode is ClusterMode.MANAGED and not self.node_groups and not self.existing:
            yield Finding(
                "TW721", "no nodes", ("node_groups",), "mode managed without node_groups", "at least one group",
                "add a group, or use `mode: auto`",
            )  # fmt: skip
        if self.mode is ClusterMode.AUTO and self.node_groups:
            yield Finding(
                "TW722", "node groups beside Auto Mode", ("node_groups",), ", ".join(self.node_groups), "`mode: managed`, or no groups",
                "remove `node_groups`: EKS chooses the nodes in Auto Mode",
            )  # fmt: skip
        yield from self._check_pools()
        if not self.administrators and not self.existing:
            yield Finding(
                "TW723", "nobody could enter the cluster", ("administrators",), "none", "at least one IAM role",
                "name a role that administers it: the one that applies Terraform is given no access of its own",
            )  # fmt: skip
        for index, cidr in enumerate(self.public_access_cidrs):
            if any(cidr.subnet_of(one) for one in NEVER_PUBLIC):
                yield Finding(
                    "TW729", "reserved addresses on the internet", ("public_access_cidrs", index), str(cidr),
                    "public addresses: EKS takes no reserved ones, and nobody comes from them over the internet",
                    "name the public addresses that it leaves your network with, or move it to private_access_cidrs",
                )  # fmt: skip
        yield from self._roles_named_twice()
        if self.node_security_group_ids and not self.existing:
            yield Finding(
                "TW728", "security groups of nodes that are made here", ("node_security_group_ids",), ", ".join(self.node_security_group_ids),
                "nothing, or `existing`", "remove it: the nodes of a cluster that is made here have the cluster's own group",
            )  # fmt: skip

    def _check_pools(self) -> Iterator[Finding]:
        if self.mode is ClusterMode.MANAGED and self.node_pools and not self.existing:
            yield Finding(
                "TW722", "node pools without Auto Mode", ("node_pools",), ", ".join(self.node_pools), "`mode: auto`, or no pools",
                "write them as `node_groups`: nothing else starts nodes there",
            )  # fmt: skip
        for name in sorted(self.node_pools.keys() & {one.name for one in BUILT_IN}):
            yield Finding(
                "TW629", "a pool of this name is built in", ("node_pools", name), name, "another name",
                "rename it: EKS keeps that pool, and would take back what is changed",
            )  # fmt: skip
        groups = self.node_groups.values()
        if groups and all(any(taint.keeps_away for taint in one.taints) for one in groups):
            yield Finding(
                "TW629", "no node takes the add-ons' pods", ("node_groups",), ", ".join(self.node_groups),
                "a group without a taint: the cluster's DNS has to run somewhere",
                "add a small group without taints, or take them from one",
            )  # fmt: skip

    def _role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.context.account}:role/{name}"

    def _roles_without_their_path(self) -> Iterator[Finding]:
        """What IAM Identity Center makes lies under a path, without which EKS finds no such role: it says so only after the
        cluster was made. Sources, read on 28 November 2026: IAM Identity Center User Guide, "Referencing permission sets
        in resource policies, Amazon EKS Cluster config maps, and AWS KMS key policies";
        terraform-aws-modules/terraform-aws-eks#2969.
        """
        for field in ("administrators", "deployers"):
            for index, name in enumerate(getattr(self, field)):
                if name.startswith(OF_IDENTITY_CENTER):
                    yield Finding(
                        "TW764", "a role of IAM Identity Center without its path", (field, index), name,
                        f"{PATH_OF_IDENTITY_CENTER}REGION/{name}, with Identity Center's region, or without one for us-east-1",
                        f"write {PATH_OF_IDENTITY_CENTER}{self.context.region}/{name}, if that is what "
                        f"`aws iam get-role --role-name {name} --query Role.Arn` says after role/",
                    )  # fmt: skip

    def _roles_named_twice(self) -> Iterator[Finding]:
        """EKS has one access entry for a role, IAM takes names that differ only in case for one, and an address in the
        state has no other characters than letters, digits and underscores.
        """
        taken: dict[str, str] = {}
        listed = [(f, i, name) for f in ("administrators", "deployers") for i, name in enumerate(getattr(self, f))]
        for field, index, name in listed:
            address = access_address(name)
            if address in taken:
                yield Finding(
                    "TW727", "a role is named twice", (field, index), f"{name}, beside {taken[address]}",
                    "each role once, with a name that differs in more than case and punctuation",
                    "remove one of them, or rename one of two roles",
                )  # fmt: skip
            taken.setdefault(address, name)

    def review(self) -> Iterator[Finding]:
        yield from self._roles_without_their_path()
        if not self.existing:
            yield from check_support(
                "Kubernetes", self.version, STANDARD_SUPPORT_ENDS, self.context.today, ("version",)
            )
            if not (self.private_access_cidrs or self.private_access_security_groups or self.public_access_cidrs):
                yield Finding(
                    "TW724", "nobody could reach the cluster", ("private_access_cidrs",), "none", "the networks that need it",
                    "list the network of the VPN, bastion or runner that kubectl runs in: without it the cluster admits itself alone",
                    acknowledgeable=True,
                )  # fmt: skip
            if not self.is_auto:
                yield from check_capacity(self, self.node_groups, self.environment.workloads)
        if not self.context.protected or self.existing:
            return
        if not self.deletion_protection:
            yield relaxed("TW401", "deletion protection", "deletion_protection", False, "true")
        if any(not cidr.prefixlen for cidr in self.public_access_cidrs):
            yield relaxed(
                "TW406", "a closed API server", "public_access_cidrs", "0.0.0.0/0", "the addresses that need it"
            )


def access_address(name: str) -> str:
    """`platform-admin` as part of an address in the state."""
    return "".join(character if character.isalnum() else "_" for character in name).lower()


BUILT_IN: Final = (
    Nodes("general-purpose", Architecture.AMD64),
    Nodes("system", Architecture.AMD64, taints=(SYSTEM := Taint(key="CriticalAddonsOnly"),)),
    Nodes("system", Architecture.ARM64, taints=(SYSTEM,)),
)
"""Source: Amazon EKS User Guide, "Enable or Disable Built-in NodePools", read on 29 November 2026."""
OF_IDENTITY_CENTER: Final = "AWSReservedSSO_"
PATH_OF_IDENTITY_CENTER: Final = "aws-reserved/sso.amazonaws.com/"
TEN: Final = IPv4Network("10.0.0.0/8")
NEVER_PUBLIC: Final = (*RANGES_OF_NETWORKS, *map(IPv4Network, ("127.0.0.0/8", "169.254.0.0/16")))
"""Source: Amazon EKS User Guide, "Cluster API server endpoint": these blocks can't include reserved addresses."""
LARGEST_SERVICES: Final = 12
SMALLEST_SERVICES: Final = 24
"""Source: Amazon EKS API, KubernetesNetworkConfigRequest, serviceIpv4Cidr."""
CHOICES_OF_EKS: Final = {True: IPv4Network("172.20.0.0/16"), False: IPv4Network("10.100.0.0/16")}
"""By whether the VPC lies in 10.0.0.0/8. Source: bootstrap.sh of awslabs/amazon-eks-ami, which works out the address of
the cluster's DNS by it. The provider takes the value that a cluster has for no change, and any other for a new cluster
(service_ipv4_cidr in internal/service/eks/cluster.go: Optional, Computed, ForceNew). Both read on 28 November 2026."""

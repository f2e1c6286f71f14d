"""What a cluster is described by."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model, missing
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.placement import ClusterPlan
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.spec import Half
from twinstack.environment.support import check_support


class ClusterMode(StrEnum):
    """Who keeps the nodes: EKS (Auto Mode), or managed node groups of a given size."""

    AUTO = "auto"
    MANAGED = "managed"


class NodeGroup(Model):
    """A managed group of equal nodes."""

    instance_types: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")], ...], Field(min_length=1)
    ]
    """The machines to choose from, `m7g.large`."""
    min: Annotated[int, Field(ge=1)]
    """Nodes that always run."""
    max: Annotated[int, Field(ge=1)]
    """Nodes at most."""
    disk_gib: Annotated[int, Field(ge=20)] = 50
    """Each node's disk, in GiB."""
    architecture: Annotated[str, Field(pattern=r"^(x86_64|arm64)$")] = "x86_64"
    """The instance types' processor."""

    def rules(self) -> Iterator[Finding]:
        if self.min > self.max:
            yield Finding(
                "TW602",
                "min is over max",
                ("min",),
                f"min {self.min}, max {self.max}",
                f"min of at most {self.max}",
                "lower min or raise max",
            )


class ClusterSpec(ClusterPlan):
    """An EKS cluster: private endpoint, all control plane logs, encrypted secrets, access entries, Pod Identity.

    Sources: Amazon EKS User Guide, "EKS Auto Mode", "EKS Pod Identity", "Access entries", "Security best practices".
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    version: str = "1.36"
    """Kubernetes' minor version."""
    mode: ClusterMode = ClusterMode.AUTO
    """`auto`: EKS keeps the nodes; `managed`: `node_groups` say what runs."""
    node_groups: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")], NodeGroup] = Field(default_factory=dict)
    """Managed groups of nodes, by name."""
    public_access_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses from which the API server may be reached over the internet; none: only from the VPC."""
    administrators: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_/-]+$")], ...] = ()
    """IAM roles of this account that administer the cluster, by name (with their path, if any)."""
    log_retention_days: RetentionDays = 90
    """Days that the control plane's logs are kept."""
    deletion_protection: bool | None = None
    """Makes AWS refuse to delete the cluster; needed unless the cluster exists."""
    existing: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")] | None = None
    """Uses the cluster of this name instead of making one; its add-ons are its owner's."""

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
    def administrator_arns(self) -> tuple[str, ...]:
        """The administrators' roles, by ARN."""
        return tuple(f"arn:aws:iam::{self.context.account}:role/{name}" for name in self.administrators)

    def monitoring(self) -> Monitoring:
        from twinstack.cluster.monitoring import monitoring

        return monitoring()

    def names(self) -> Iterator[tuple[str, str]]:
        yield "EKS cluster", self.cluster_name
        if not self.existing:
            yield "IAM role", self.aws_name_of("cluster")
            yield "IAM role", self.aws_name_of("node")

    def rules(self) -> Iterator[Finding]:
        if self.deletion_protection is None and not self.existing:
            yield missing("deletion_protection", "true or false")
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
        if not self.administrators and not self.existing:
            yield Finding(
                "TW723", "nobody could enter the cluster", ("administrators",), "none", "at least one IAM role",
                "name a role that administers it: the one that applies Terraform is given no access of its own",
            )  # fmt: skip

    def review(self) -> Iterator[Finding]:
        if not self.existing:
            yield from check_support(
                "Kubernetes", self.version, STANDARD_SUPPORT_ENDS, self.context.today, ("version",)
            )
        if not self.context.protected or self.existing:
            return
        if not self.deletion_protection:
            yield relaxed("TW401", "deletion protection", "deletion_protection", False, "true")
        if any(not cidr.prefixlen for cidr in self.public_access_cidrs):
            yield relaxed(
                "TW406", "a closed API server", "public_access_cidrs", "0.0.0.0/0", "the addresses that need it"
            )


STANDARD_SUPPORT_ENDS: Final = {
    "1.31": datetime.date(2025, 11, 26),
    "1.32": datetime.date(2026, 3, 23),
    "1.33": datetime.date(2026, 7, 29),
    "1.34": datetime.date(2026, 12, 2),
    "1.35": datetime.date(2027, 3, 27),
    "1.36": datetime.date(2027, 8, 2),
}
"""Source: Amazon EKS User Guide, "Kubernetes release calendar"."""

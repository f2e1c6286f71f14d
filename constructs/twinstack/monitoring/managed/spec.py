"""What monitoring by Amazon Managed Service for Prometheus is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Scrapers
from twinstack.environment.placement import ClusterPlan, NetworkPlan
from twinstack.environment.spec import Half
from twinstack.monitoring.kind import Kind


@dataclass(frozen=True, slots=True)
class Managed(Kind):
    """A workspace, a scraper in the private subnets, the rules, and the same alarms as with `cloudwatch`.

    The scraper has addresses among those of nodes and pods, so figures are shown to whatever has one there. Source: Amazon
    Managed Service for Prometheus User Guide, "Set up managed collectors for Amazon EKS".
    """

    halves: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})
    interval_seconds: ClassVar[int] = 30
    own_fields: ClassVar[frozenset[str]] = frozenset(
        {"interval_seconds", "runbooks", "exporter_images", "notify", "topic_arn", "log_retention_days"}
    )

    @property
    def reads_figures(self) -> bool:
        return True

    @property
    def reads_metrics(self) -> bool:
        return True

    @property
    def scrapers(self) -> Scrapers:
        network = self.monitoring.environment.find(NetworkPlan)
        if network is None:
            return Scrapers()
        space = network.address_space
        # Of another team's network it is not known where in it the subnets lie.
        return Scrapers(addresses=(space,) if network.may_have_endpoints and space else network.private_cidrs)

    def names(self) -> Iterator[tuple[str, str]]:
        if self._cluster is None or self._cluster.is_own:
            yield "security group", self.scraper_name
        yield "CloudWatch log group", self.log_group_name

    @property
    def log_group_name(self) -> str:
        """Where it says what it could not do. AWS takes none that does not begin so."""
        return f"/aws/vendedlogs/prometheus/{self.monitoring.aws_name}"

    @property
    def scraper_name(self) -> str:
        """The scraper and its security group, `shadower-analytics-monitoring-scraper`."""
        return self.monitoring.aws_name_of("scraper")

    @property
    def _cluster(self) -> ClusterPlan | None:
        return self.monitoring.environment.find(ClusterPlan)

    def review(self) -> Iterator[Finding]:
        worn = dict.fromkeys(self._cluster.node_security_groups) if self._cluster else {}
        if len(worn) >= MOST:
            yield Finding(
                "TW650",
                "more security groups than a scraper may wear",
                ("kind",),
                given=f"{self.monitoring.kind}, with {len(worn)} node_security_group_ids of {self._cluster.key if self._cluster else ''}",
                allowed=f"{MOST - 1}, beside the cluster's own: AWS takes {MOST} of a scraper",
                fix="let the nodes share a group, or use kind operator",
            )
        given = self.monitoring.interval_seconds
        if given is not None and given < SHORTEST:
            yield Finding(
                "TW649",
                "a scraper that may not ask so often",
                ("interval_seconds",),
                given=f"{given} seconds",
                allowed=f"{SHORTEST} seconds or more: AWS's own configurations ask no oftener",
                fix=f"leave it out, or write {SHORTEST}",
                warning=True,
                acknowledgeable=True,
            )


SHORTEST: Final = 30
MOST: Final = 5
"""Security groups of a scraper, and its subnets. Source: Amazon Managed Service for Prometheus API Reference, "EksConfiguration"
(botocore 1.35.99)."""

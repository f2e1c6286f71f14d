"""What is asked for figures in the cluster: one job for each workload that shows some, and one for the nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twinstack.cluster.spec import ClusterSpec
from twinstack.environment.metrics import own_metrics_port
from twinstack.environment.stand_in import Scrape

if TYPE_CHECKING:
    from twinstack.monitoring.spec import MonitoringSpec


@dataclass(frozen=True, slots=True)
class Job:
    """One job: which pods, and where they show their figures."""

    key: str
    """The spec that it is of."""
    name: str
    """What is made for it in Kubernetes is called so."""
    namespace: str
    pods: Mapping[str, str]
    """The labels that these pods have, and no others of the namespace."""
    scrape: Scrape
    labels: Mapping[str, str] = field(default_factory=dict)
    """What each figure of it says beside the job's name."""
    port_name: str = "http"
    """How the pods call their port."""


def jobs(spec: MonitoringSpec) -> Iterator[Job]:
    """In the order of the environment. A figure of an exporter says by `instance` whose it is, not which pod asked."""
    exported = {one.key: one.of for one in spec.exporters}
    for workload in spec.environment.workloads:
        if scrape := workload.local_run().scrape:
            yield Job(
                workload.key,
                workload.kubernetes_name,
                spec.context.namespace,
                {"app": workload.kubernetes_name},
                scrape,
                {"instance": exported[workload.key]} if workload.key in exported else {},
                "metrics" if own_metrics_port(workload) else "http",
            )
    cluster = spec.environment.find(ClusterSpec)
    if cluster and cluster.exporters and cluster.is_own:
        name = spec.context.kubernetes_name("nodes")
        yield Job(cluster.key, name, NODES, {NAME: NODES}, Scrape("node-exporter", 9100), port_name="metrics")


NAME: Final = "app.kubernetes.io/name"
NODES: Final = "prometheus-node-exporter"
"""The add-on's namespace, and the name of its pods. Source: Amazon EKS User Guide, "Community add-ons"."""

"""What workloads must know of the place they run in: the network's addresses and the cluster's habits.

A foundation imports no room, so it finds these by `environment.find(NetworkPlan)`; the rooms' specs fill them.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Final

from twinstack.environment.container import Architecture
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Scrapers
from twinstack.environment.node_pool import NodePool
from twinstack.environment.nodes import Capacity, Taint
from twinstack.environment.spec import Spec, WorkloadSpec
from twinstack.environment.thresholds import Thresholds

PRIVATE_RANGES: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Source: RFC 1918."""
RANGES_OF_NETWORKS: Final = (*PRIVATE_RANGES, *map(IPv4Network, ("100.64.0.0/10", "198.18.0.0/15")))
"""What a network may have that is nobody's on the internet: the private ranges, those that providers share (RFC 6598; AWS
and EKS take them, and pods often have them), and those of benchmarks (RFC 2544). What else Python calls private
(127.0.0.0/8, 240.0.0.0/4 …) is no address of a network. Source: Amazon VPC User Guide, "VPC CIDR blocks"."""


OF_A_POOL: Final = "karpenter.sh/nodepool"
OF_A_GROUP: Final = "eks.amazonaws.com/nodegroup"
"""A managed group's name ends in what AWS adds, so nobody knows it beforehand."""
OF_A_TYPE: Final = "node.kubernetes.io/instance-type"
GIVEN_BY_EKS: Final = ("kubernetes.io", "k8s.io", "k8s.aws", "amazonaws.com", "karpenter.sh")
"""How the labels begin that EKS, the cloud's controller and the kubelet give to nodes by themselves."""


class NetworkPlan(Spec):
    """Where addresses lie, for the rules of network policies."""

    @property
    def address_space(self) -> IPv4Network | None:
        """The network's whole space, whose third address answers for names; None where it is not known."""
        return None

    @property
    def endpoint_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where AWS services answer inside the network (interface endpoints), as far as that is known."""
        return ()

    @property
    def zone_letters(self) -> tuple[str, ...]:
        """The zones that nodes may be in, by their letters; empty where that is not known."""
        return ()

    @property
    def private_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where nodes and pods have theirs."""
        raise NotImplementedError(f"{type(self).__name__}.private_cidrs")

    @property
    def database_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where databases and caches have theirs."""
        raise NotImplementedError(f"{type(self).__name__}.database_cidrs")

    @property
    def knows_database_cidrs(self) -> bool:
        """Whether `database_cidrs` holds databases alone, so that ways that lead elsewhere can be kept from them."""
        return True

    @property
    def load_balancer_cidrs(self) -> tuple[IPv4Network, ...]:
        """Where load balancers have theirs."""
        raise NotImplementedError(f"{type(self).__name__}.load_balancer_cidrs")

    @property
    def may_have_endpoints(self) -> bool:
        """Whether AWS services may answer at addresses of the network's own (interface endpoints)."""
        raise NotImplementedError(f"{type(self).__name__}.may_have_endpoints")


@dataclass(frozen=True)
class Nodes:
    """Nodes of one kind that a cluster has, or that start when pods ask for them."""

    name: str
    """Of their group or pool."""
    architecture: Architecture
    capacity: Capacity = Capacity.ON_DEMAND
    labels: Mapping[str, str] = field(default_factory=dict)
    """Those that the group or pool gives them."""
    taints: tuple[Taint, ...] = ()
    instance_types: tuple[str, ...] = ()
    """The machines that they are chosen from; empty where that is not known."""

    def may_have(self, label: str, value: str) -> bool:
        """Whether such a node may have this label: what its group or pool does not give it comes from EKS, or from nobody."""
        if label in self.labels:
            return self.labels[label] == value
        if label == OF_A_POOL:
            return self.name == value
        if label == OF_A_TYPE and self.instance_types:
            return value in self.instance_types
        return label != OF_A_GROUP and label.partition("/")[0].endswith(GIVEN_BY_EKS)


class ClusterPlan(Spec):
    """How the cluster treats what is applied to it."""

    @property
    def cluster_name(self) -> str:
        """What EKS calls it."""
        raise NotImplementedError(f"{type(self).__name__}.cluster_name")

    @property
    def is_auto(self) -> bool:
        """Whether EKS keeps the nodes, the load balancer controller and the network (Auto Mode)."""
        raise NotImplementedError(f"{type(self).__name__}.is_auto")

    @property
    def service_cidr(self) -> IPv4Network | None:
        """Where its Services have their addresses, the one for names among them; None where it is not known."""
        return None

    @property
    def is_own(self) -> bool:
        """Whether the cluster is this product's to set up."""
        raise NotImplementedError(f"{type(self).__name__}.is_own")

    @property
    def has_keda(self) -> bool:
        """Whether KEDA runs in it, which scales by the length of queues."""
        return False

    @property
    def kubernetes_version(self) -> str | None:
        """Its minor version, `1.36`; None where another team decides it."""
        return None

    @property
    def architectures(self) -> Set[Architecture]:
        """The processors of its nodes; empty where another team's nodes are not known."""
        return frozenset()

    @property
    def nodes(self) -> Sequence[Nodes] | None:
        """The kinds of nodes that it has; None where another team decides them."""
        return None

    @property
    def pools(self) -> Mapping[str, NodePool]:
        """The pools that this product gives it beside the built-in ones of Auto Mode, by name."""
        return {}

    @property
    def node_security_groups(self) -> Sequence[str]:
        """Security groups that nodes have beside the cluster's own, or instead of it."""
        return ()

    @property
    def deployer_group(self) -> str | None:
        """The Kubernetes group that may release the product, and nothing beyond its namespace; None: nobody is in it."""
        return None

    @property
    def reader_group(self) -> str | None:
        """The Kubernetes group that may look at the product's namespace and change nothing; None: nobody is in it."""
        return None

    @property
    def admits_the_internet(self) -> bool | None:
        """Whether its API server answers whoever asks over the internet; None where that is its owner's affair."""
        return None


class MonitoringPlan(Spec):
    """Who collects figures in the cluster, for the rooms whose pods show some."""

    @property
    def scrapers(self) -> Scrapers | None:
        """From where the pods are asked; None: nobody asks."""
        raise NotImplementedError(f"{type(self).__name__}.scrapers")

    @property
    def limits(self) -> Thresholds:
        """From where on a figure is too much."""
        return Thresholds()

    @property
    def reads_metrics(self) -> bool:
        """Whether AWS's own metrics are watched, by alarms."""
        return False


def thresholds_of(spec: Spec) -> Thresholds:
    """Those of the environment, for what a room has watched."""
    plan = spec.environment.find(MonitoringPlan)
    return plan.limits if plan else Thresholds()


def are_metrics_read(spec: Spec) -> bool:
    """Whether the environment has AWS's own metrics watched, by alarms."""
    plan = spec.environment.find(MonitoringPlan)
    return plan is not None and plan.reads_metrics


class DeliveryPlan(Spec):
    """Who releases the product, for the room that lets them into the cluster."""

    @property
    def is_by_pipeline(self) -> bool:
        """Whether workflows deploy it, so that one role releases it and another one looks."""
        raise NotImplementedError(f"{type(self).__name__}.is_by_pipeline")


def check_destinations(workload: WorkloadSpec) -> Iterator[Finding]:
    """A finding for addresses that lie where the product's own databases do: only a link says who may reach which."""
    network = workload.environment.find(NetworkPlan)
    if network is None or not network.knows_database_cidrs:
        return
    for index, one in enumerate(workload.reaches):
        for place, addresses in enumerate(one.addresses):
            tier = next((tier for tier in network.database_cidrs if tier.overlaps(addresses)), None)
            if tier is not None and addresses.prefixlen:  # what is everybody is refused as that
                yield Finding(
                    "TW615",
                    "a way to every database, past the links",
                    ("reaches", index, "addresses", place),
                    given=f"{addresses}, where {tier} is the network's for databases and caches",
                    allowed="addresses of other networks",
                    fix="link to what it needs there (`uses`), and name ranges that leave these out",
                )

"""What workloads must know of the place they run in: the network's addresses and the cluster's habits.

A foundation imports no room, so it finds these by `environment.find(NetworkPlan)`; the rooms' specs fill them.
"""

from __future__ import annotations

from ipaddress import IPv4Network

from twinstack.environment.spec import Spec


class NetworkPlan(Spec):
    """Where addresses lie, for the rules of network policies."""

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


class ClusterPlan(Spec):
    """How the cluster treats what is applied to it."""

    @property
    def is_auto(self) -> bool:
        """Whether EKS keeps the nodes, the load balancer controller and the network (Auto Mode)."""
        raise NotImplementedError(f"{type(self).__name__}.is_auto")

    @property
    def is_own(self) -> bool:
        """Whether the cluster is this product's to set up."""
        raise NotImplementedError(f"{type(self).__name__}.is_own")

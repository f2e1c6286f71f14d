"""An EKS cluster with its add-ons, or one that exists."""

from twinstack.cluster.node_group import NodeGroup
from twinstack.cluster.spec import ClusterMode, ClusterSpec

__all__ = ["ClusterMode", "ClusterSpec", "NodeGroup"]

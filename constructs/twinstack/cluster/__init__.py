"""An EKS cluster with its add-ons, or one that exists."""

from twinstack.cluster.spec import ClusterMode, ClusterSpec, NodeGroup

__all__ = ["ClusterMode", "ClusterSpec", "NodeGroup"]

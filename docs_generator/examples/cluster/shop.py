"""A cluster of one's own."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    """Nothing runs yet."""

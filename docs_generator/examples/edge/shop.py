"""The way in to one web service."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    api: WebServiceSpec
    edge: EdgeSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.edge = aws.Edge(self, environment.edge, cluster=self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)
        self.edge = kubernetes.Edge(self, environment.edge)

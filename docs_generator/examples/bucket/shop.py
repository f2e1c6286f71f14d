"""A bucket and the service that writes to it."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    exports: BucketSpec
    api: WebServiceSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.exports = aws.Bucket(self, environment.exports)
        self.connect(self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)

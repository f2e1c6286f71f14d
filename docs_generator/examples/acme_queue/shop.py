"""A queue, which comes from outside the library, and the service that sends to it."""

from constructs import Construct

from acme_queue import QueueSpec
from acme_queue.aws import Queue
from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    jobs: QueueSpec
    api: WebServiceSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.jobs = Queue(self, environment.jobs)
        self.connect(self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)

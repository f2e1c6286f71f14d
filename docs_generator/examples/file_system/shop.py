"""A file system and the service whose pods share it."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.file_system import FileSystemSpec
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    media: FileSystemSpec
    api: WebServiceSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.media = aws.FileSystem(self, environment.media, network=self.network, cluster=self.cluster)
        self.connect(self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.media = kubernetes.FileSystem(self, environment.media)
        self.api = kubernetes.WebService(self, environment.api)

"""A service and its database, watched by a Prometheus operator that the cluster has."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.job import JobSpec
from twinstack.monitoring import MonitoringSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    database: PostgresSpec
    api: WebServiceSpec
    migration: JobSpec
    monitoring: MonitoringSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.database = aws.Postgres(self, environment.database, network=self.network)
        self.monitoring = aws.Monitoring(self, environment.monitoring, cluster=self.cluster, network=self.network)
        self.connect(self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)
        self.migration = kubernetes.Job(self, environment.migration)
        self.monitoring = kubernetes.Monitoring(self, environment.monitoring)

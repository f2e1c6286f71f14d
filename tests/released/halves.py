"""The two halves of the product with every room."""

from __future__ import annotations

from constructs import Construct

from tests.released.product import Shop
from twinstack import aws, kubernetes


class ShopInfrastructure(aws.Infrastructure[Shop]):
    def __init__(self, scope: Construct, environment: Shop) -> None:
        super().__init__(scope, environment)
        network = aws.Network(self, environment.network)
        cluster = aws.Cluster(self, environment.cluster, network=network)
        aws.Postgres(self, environment.orders, network=network)
        aws.Redis(self, environment.cache, network=network)
        aws.Bucket(self, environment.papers)
        aws.Secrets(self, environment.keys)
        aws.Edge(self, environment.edge, cluster=cluster)
        self.connect(cluster)


class ShopWorkloads(kubernetes.Workloads[Shop]):
    def __init__(self, scope: Construct, environment: Shop) -> None:
        super().__init__(scope, environment)
        kubernetes.Job(self, environment.migration)
        kubernetes.WebService(self, environment.store)
        kubernetes.WebService(self, environment.prices)
        kubernetes.Worker(self, environment.packer)
        kubernetes.Scheduler(self, environment.clock)
        kubernetes.Edge(self, environment.edge)

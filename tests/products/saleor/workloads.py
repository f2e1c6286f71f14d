"""The workloads half of saleor."""

from __future__ import annotations

from constructs import Construct

from tests.products.saleor import SaleorEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class SaleorWorkloads(SharedWorkloads[SaleorEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: SaleorEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.feed = kubernetes.CronJob(self, environment.feed)
        self.backup = kubernetes.CronJob(self, environment.backup)

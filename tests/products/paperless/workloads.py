"""The workloads half of paperless."""

from __future__ import annotations

from constructs import Construct

from tests.products.paperless import PaperlessEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class PaperlessWorkloads(SharedWorkloads[PaperlessEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: PaperlessEnvironment) -> None:
        super().__init__(scope, environment)
        self.documents = kubernetes.FileSystem(self, environment.documents)
        self.inbox = kubernetes.FileSystem(self, environment.inbox)
        self.web = kubernetes.WebService(self, environment.web)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.consumer = kubernetes.Worker(self, environment.consumer)
        self.beat = kubernetes.Scheduler(self, environment.beat)
        self.export = kubernetes.CronJob(self, environment.export)

"""The workloads half of openforms."""

from __future__ import annotations

from constructs import Construct

from tests.products.openforms import OpenformsEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class OpenformsWorkloads(SharedWorkloads[OpenformsEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: OpenformsEnvironment) -> None:
        super().__init__(scope, environment)
        self.media = kubernetes.FileSystem(self, environment.media)
        self.web = kubernetes.WebService(self, environment.web)
        self.nginx = kubernetes.WebService(self, environment.nginx)
        self.flower = kubernetes.WebService(self, environment.flower)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.beat = kubernetes.Scheduler(self, environment.beat)
        self.clean_logs = kubernetes.CronJob(self, environment.clean_logs)

"""The workloads half of plane."""

from __future__ import annotations

from constructs import Construct

from tests.products.plane import PlaneEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class PlaneWorkloads(SharedWorkloads[PlaneEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: PlaneEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)
        self.web = kubernetes.WebService(self, environment.web)
        self.space = kubernetes.WebService(self, environment.space)
        self.admin = kubernetes.WebService(self, environment.admin)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.beat = kubernetes.Scheduler(self, environment.beat)

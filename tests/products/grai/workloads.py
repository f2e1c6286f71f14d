"""The workloads half of grai."""

from __future__ import annotations

from constructs import Construct

from tests.products.grai import GraiEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class GraiWorkloads(SharedWorkloads[GraiEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: GraiEnvironment) -> None:
        super().__init__(scope, environment)
        self.server = kubernetes.WebService(self, environment.server)
        self.frontend = kubernetes.WebService(self, environment.frontend)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.beat = kubernetes.Scheduler(self, environment.beat)

"""The workloads half of fullstack."""

from __future__ import annotations

from constructs import Construct

from tests.products.fullstack import FullstackEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class FullstackWorkloads(SharedWorkloads[FullstackEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: FullstackEnvironment) -> None:
        super().__init__(scope, environment)
        self.backend = kubernetes.WebService(self, environment.backend)
        self.frontend = kubernetes.WebService(self, environment.frontend)

"""The workloads half of netbox."""

from __future__ import annotations

from constructs import Construct

from tests.products.netbox import NetboxEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class NetboxWorkloads(SharedWorkloads[NetboxEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: NetboxEnvironment) -> None:
        super().__init__(scope, environment)
        self.media = kubernetes.FileSystem(self, environment.media)
        self.web = kubernetes.WebService(self, environment.web)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.housekeeping = kubernetes.CronJob(self, environment.housekeeping)

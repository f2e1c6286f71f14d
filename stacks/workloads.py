"""The Kubernetes half of analytics."""

from constructs import Construct

from stacks.environment import AnalyticsEnvironment
from twinstack import kubernetes


class AnalyticsWorkloads(kubernetes.Workloads[AnalyticsEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)  # "analytics-prod": namespace, closed network, ConfigMap
        self.migration = kubernetes.Job(self, environment.migration)
        self.backend = kubernetes.WebService(self, environment.backend)
        self.frontend = kubernetes.WebService(self, environment.frontend)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.scheduler = kubernetes.Scheduler(self, environment.scheduler)
        self.edge = kubernetes.Edge(self, environment.edge)
        self.monitoring = kubernetes.Monitoring(self, environment.monitoring)

from constructs import Construct

from reports.environment import ReportsEnvironment
from twinstack import kubernetes


class Workloads(kubernetes.Workloads[ReportsEnvironment]):
    def __init__(self, scope: Construct, environment: ReportsEnvironment) -> None:
        super().__init__(scope, environment)
        kubernetes.Job(self, environment.migration)
        kubernetes.WebService(self, environment.api)
        kubernetes.Worker(self, environment.writer)

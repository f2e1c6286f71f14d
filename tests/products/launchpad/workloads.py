"""The workloads half of launchpad."""

from __future__ import annotations

from constructs import Construct

from tests.products.launchpad import LaunchpadEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class LaunchpadWorkloads(SharedWorkloads[LaunchpadEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: LaunchpadEnvironment) -> None:
        super().__init__(scope, environment)
        self.api = kubernetes.WebService(self, environment.api)
        self.worker = kubernetes.Worker(self, environment.worker)
        self.listen_staking_events = kubernetes.CronJob(self, environment.listen_staking_events)
        self.monitor_onramp_balance = kubernetes.CronJob(self, environment.monitor_onramp_balance)
        self.update_total_raised = kubernetes.CronJob(self, environment.update_total_raised)
        self.process_contract_events = kubernetes.CronJob(self, environment.process_contract_events)

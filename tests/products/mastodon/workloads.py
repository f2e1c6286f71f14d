"""The workloads half of mastodon."""

from __future__ import annotations

from constructs import Construct

from tests.products.mastodon import MastodonEnvironment
from tests.products.workloads import SharedWorkloads
from twinstack import kubernetes


class MastodonWorkloads(SharedWorkloads[MastodonEnvironment]):
    """What runs in the cluster."""

    def __init__(self, scope: Construct, environment: MastodonEnvironment) -> None:
        super().__init__(scope, environment)
        self.contraction = kubernetes.Job(self, environment.contraction)
        self.web = kubernetes.WebService(self, environment.web)
        self.streaming = kubernetes.WebService(self, environment.streaming)
        self.sidekiq = kubernetes.Worker(self, environment.sidekiq)
        self.scheduler = kubernetes.Scheduler(self, environment.scheduler)
        self.media_remove = kubernetes.CronJob(self, environment.media_remove)

"""Mastodon: pages, streaming, Sidekiq, a bucket of media, and migrations before and after a release."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.cron_job import CronJobSpec
from twinstack.job import JobSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class MastodonEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    media: BucketSpec
    contraction: JobSpec
    web: WebServiceSpec
    streaming: WebServiceSpec
    sidekiq: WorkerSpec
    scheduler: SchedulerSpec
    media_remove: CronJobSpec


product = Product(
    environment=MastodonEnvironment,
    infrastructure="tests.products.mastodon.infrastructure:MastodonInfrastructure",
    workloads="tests.products.mastodon.workloads:MastodonWorkloads",
)

"""Saleor: a shop's API, a Celery worker, two buckets under names of its own, and two CronJobs."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.cron_job import CronJobSpec
from twinstack.redis import RedisSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class SaleorEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    static: BucketSpec
    media: BucketSpec
    backups: BucketSpec
    api: WebServiceSpec
    worker: WorkerSpec
    feed: CronJobSpec
    backup: CronJobSpec


product = Product(
    environment=SaleorEnvironment,
    infrastructure="tests.products.saleor.infrastructure:SaleorInfrastructure",
    workloads="tests.products.saleor.workloads:SaleorWorkloads",
)

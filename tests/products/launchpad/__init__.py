"""Launchpad: an API, a Celery worker, and four CronJobs."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.cron_job import CronJobSpec
from twinstack.redis import RedisSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class LaunchpadEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    api: WebServiceSpec
    worker: WorkerSpec
    listen_staking_events: CronJobSpec
    monitor_onramp_balance: CronJobSpec
    update_total_raised: CronJobSpec
    process_contract_events: CronJobSpec


product = Product(
    environment=LaunchpadEnvironment,
    infrastructure="tests.products.launchpad.infrastructure:LaunchpadInfrastructure",
    workloads="tests.products.launchpad.workloads:LaunchpadWorkloads",
)

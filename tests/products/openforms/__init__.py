"""Open Forms: a Django application behind nginx, with Celery, Flower, and a nightly clean-up."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.cron_job import CronJobSpec
from twinstack.file_system import FileSystemSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class OpenformsEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    media: FileSystemSpec
    web: WebServiceSpec
    nginx: WebServiceSpec
    flower: WebServiceSpec
    worker: WorkerSpec
    beat: SchedulerSpec
    clean_logs: CronJobSpec


product = Product(
    environment=OpenformsEnvironment,
    infrastructure="tests.products.openforms.infrastructure:OpenformsInfrastructure",
    workloads="tests.products.openforms.workloads:OpenformsWorkloads",
)

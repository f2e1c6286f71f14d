"""Paperless-ngx: scanned documents on shared folders, Celery with two helpers beside it, and what watches the inbox."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.cron_job import CronJobSpec
from twinstack.file_system import FileSystemSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class PaperlessEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    documents: FileSystemSpec
    inbox: FileSystemSpec
    web: WebServiceSpec
    worker: WorkerSpec
    consumer: WorkerSpec
    beat: SchedulerSpec
    export: CronJobSpec


product = Product(
    environment=PaperlessEnvironment,
    infrastructure="tests.products.paperless.infrastructure:PaperlessInfrastructure",
    workloads="tests.products.paperless.workloads:PaperlessWorkloads",
)

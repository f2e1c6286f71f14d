"""NetBox: pages and an API for networks, a worker on RQ, files on a shared folder, and a nightly clean-up."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.cron_job import CronJobSpec
from twinstack.file_system import FileSystemSpec
from twinstack.redis import RedisSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class NetboxEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    media: FileSystemSpec
    web: WebServiceSpec
    worker: WorkerSpec
    housekeeping: CronJobSpec


product = Product(
    environment=NetboxEnvironment,
    infrastructure="tests.products.netbox.infrastructure:NetboxInfrastructure",
    workloads="tests.products.netbox.workloads:NetboxWorkloads",
)

"""Grai: a Django server that is probed by TCP, a site, and Celery with beat."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class GraiEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    server: WebServiceSpec
    frontend: WebServiceSpec
    worker: WorkerSpec
    beat: SchedulerSpec


product = Product(
    environment=GraiEnvironment,
    infrastructure="tests.products.grai.infrastructure:GraiInfrastructure",
    workloads="tests.products.grai.workloads:GraiWorkloads",
)

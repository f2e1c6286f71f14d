"""Plane: an API, three sites of Next.js that all listen on 3000, Celery on RabbitMQ, and a bucket."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class PlaneEnvironment(SharedEnvironment):
    """One deployment of it."""

    cache: RedisSpec
    uploads: BucketSpec
    api: WebServiceSpec
    web: WebServiceSpec
    space: WebServiceSpec
    admin: WebServiceSpec
    worker: WorkerSpec
    beat: SchedulerSpec


product = Product(
    environment=PlaneEnvironment,
    infrastructure="tests.products.plane.infrastructure:PlaneInfrastructure",
    workloads="tests.products.plane.workloads:PlaneWorkloads",
)

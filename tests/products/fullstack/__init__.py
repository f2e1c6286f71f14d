"""The full-stack template of FastAPI: an API, a site, and mail."""

from __future__ import annotations

from tests.products.shared import SharedEnvironment
from twinstack import Product
from twinstack.web_service import WebServiceSpec


class FullstackEnvironment(SharedEnvironment):
    """One deployment of it."""

    backend: WebServiceSpec
    frontend: WebServiceSpec


product = Product(
    environment=FullstackEnvironment,
    infrastructure="tests.products.fullstack.infrastructure:FullstackInfrastructure",
    workloads="tests.products.fullstack.workloads:FullstackWorkloads",
)

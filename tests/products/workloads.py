"""The workloads that the products have in common."""

from __future__ import annotations

from typing import TypeVar

from constructs import Construct

from tests.products.shared import SharedEnvironment
from twinstack import kubernetes

E = TypeVar("E", bound=SharedEnvironment)


class SharedWorkloads(kubernetes.Workloads[E]):
    """The Job before a release, and the way in."""

    def __init__(self, scope: Construct, environment: E) -> None:
        super().__init__(scope, environment)
        self.migration = kubernetes.Job(self, environment.migration)
        self.edge = kubernetes.Edge(self, environment.edge)

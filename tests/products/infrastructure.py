"""The infrastructure that the products have in common. What is a product's own comes after it, and `connect` last."""

from __future__ import annotations

from typing import TypeVar

from constructs import Construct

from tests.products.shared import SharedEnvironment
from twinstack import aws

E = TypeVar("E", bound=SharedEnvironment)


class SharedInfrastructure(aws.Infrastructure[E]):
    """Network, cluster, database, secrets and edge."""

    def __init__(self, scope: Construct, environment: E) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.database = aws.Postgres(self, environment.database, network=self.network)
        self.credentials = aws.Secrets(self, environment.credentials)
        self.edge = aws.Edge(self, environment.edge, cluster=self.cluster)

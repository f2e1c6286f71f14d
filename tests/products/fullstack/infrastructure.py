"""The infrastructure half of fullstack."""

from __future__ import annotations

from constructs import Construct

from tests.products.fullstack import FullstackEnvironment
from tests.products.infrastructure import SharedInfrastructure


class FullstackInfrastructure(SharedInfrastructure[FullstackEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: FullstackEnvironment) -> None:
        super().__init__(scope, environment)
        self.connect(self.cluster)

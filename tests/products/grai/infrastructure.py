"""The infrastructure half of grai."""

from __future__ import annotations

from constructs import Construct

from tests.products.grai import GraiEnvironment
from tests.products.infrastructure import SharedInfrastructure
from twinstack import aws


class GraiInfrastructure(SharedInfrastructure[GraiEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: GraiEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.connect(self.cluster)

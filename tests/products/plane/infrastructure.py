"""The infrastructure half of plane."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.plane import PlaneEnvironment
from twinstack import aws


class PlaneInfrastructure(SharedInfrastructure[PlaneEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: PlaneEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.uploads = aws.Bucket(self, environment.uploads)
        self.connect(self.cluster)

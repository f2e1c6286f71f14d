"""The infrastructure half of openforms."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.openforms import OpenformsEnvironment
from twinstack import aws


class OpenformsInfrastructure(SharedInfrastructure[OpenformsEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: OpenformsEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.media = aws.FileSystem(self, environment.media, network=self.network, cluster=self.cluster)
        self.connect(self.cluster)

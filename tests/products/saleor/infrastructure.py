"""The infrastructure half of saleor."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.saleor import SaleorEnvironment
from twinstack import aws


class SaleorInfrastructure(SharedInfrastructure[SaleorEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: SaleorEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.static = aws.Bucket(self, environment.static)
        self.media = aws.Bucket(self, environment.media)
        self.backups = aws.Bucket(self, environment.backups)
        self.connect(self.cluster)

"""The infrastructure half of netbox."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.netbox import NetboxEnvironment
from twinstack import aws


class NetboxInfrastructure(SharedInfrastructure[NetboxEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: NetboxEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.media = aws.FileSystem(self, environment.media, network=self.network, cluster=self.cluster)
        self.connect(self.cluster)

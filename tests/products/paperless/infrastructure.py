"""The infrastructure half of paperless."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.paperless import PaperlessEnvironment
from twinstack import aws


class PaperlessInfrastructure(SharedInfrastructure[PaperlessEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: PaperlessEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.documents = aws.FileSystem(self, environment.documents, network=self.network, cluster=self.cluster)
        self.inbox = aws.FileSystem(self, environment.inbox, network=self.network, cluster=self.cluster)
        self.connect(self.cluster)

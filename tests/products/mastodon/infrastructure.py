"""The infrastructure half of mastodon."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.mastodon import MastodonEnvironment
from twinstack import aws


class MastodonInfrastructure(SharedInfrastructure[MastodonEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: MastodonEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.media = aws.Bucket(self, environment.media)
        self.connect(self.cluster)

"""The infrastructure half of launchpad."""

from __future__ import annotations

from constructs import Construct

from tests.products.infrastructure import SharedInfrastructure
from tests.products.launchpad import LaunchpadEnvironment
from twinstack import aws


class LaunchpadInfrastructure(SharedInfrastructure[LaunchpadEnvironment]):
    """What it has built on AWS."""

    def __init__(self, scope: Construct, environment: LaunchpadEnvironment) -> None:
        super().__init__(scope, environment)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.connect(self.cluster)

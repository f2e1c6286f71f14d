"""The infrastructure half of analytics: what is built, room by room."""

from __future__ import annotations

from constructs import Construct

from stacks.environment import AnalyticsEnvironment
from twinstack import aws


class AnalyticsInfrastructure(aws.Infrastructure[AnalyticsEnvironment]):
    """Network, cluster, database, cache, bucket, secrets and edge of one environment."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.database = aws.Postgres(self, environment.database, network=self.network)
        self.cache = aws.Redis(self, environment.cache, network=self.network)
        self.exports = aws.Bucket(self, environment.exports)
        self.credentials = aws.Secrets(self, environment.credentials)
        self.integrations = aws.Secrets(self, environment.integrations)
        for variable, made in self.integrations.secrets.items():  # they were among the credentials
            made.resource.move_from_id(f"aws_secretsmanager_secret.credentials_{variable.lower()}")
        self.edge = aws.Edge(self, environment.edge, cluster=self.cluster)
        self.delivery = aws.Delivery(self, environment.delivery, cluster=self.cluster)
        self.monitoring = aws.Monitoring(self, environment.monitoring, cluster=self.cluster, network=self.network)
        self.connect(self.cluster)

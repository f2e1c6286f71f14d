from constructs import Construct

from acme_queue.aws import Queue
from reports.environment import ReportsEnvironment
from twinstack import aws


class Infrastructure(aws.Infrastructure[ReportsEnvironment]):
    def __init__(self, scope: Construct, environment: ReportsEnvironment) -> None:
        super().__init__(scope, environment)
        network = aws.Network(self, environment.network)
        cluster = aws.Cluster(self, environment.cluster, network=network)
        aws.Postgres(self, environment.database, network=network)
        aws.Bucket(self, environment.documents)
        Queue(self, environment.jobs)
        self.connect(cluster)

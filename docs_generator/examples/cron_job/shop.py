"""What runs by the clock."""

from constructs import Construct

from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.cron_job import CronJobSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.settings import SettingsSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    settings: SettingsSpec
    nightly: CronJobSpec


class Infrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        self.connect(self.cluster)


class Workloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        self.nightly = kubernetes.CronJob(self, environment.nightly)

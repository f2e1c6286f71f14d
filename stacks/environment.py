"""What one deployment of analytics consists of. The values are in environments/."""

from stacks.monitoring import monitoring
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.delivery import DeliverySpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment, Monitoring
from twinstack.job import JobSpec
from twinstack.monitoring import MonitoringSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class AnalyticsEnvironment(Environment):
    """The analytics service: API, pages, workers, and what they keep their data in."""

    network: NetworkSpec
    cluster: ClusterSpec
    database: PostgresSpec
    cache: RedisSpec
    exports: BucketSpec
    settings: SettingsSpec
    credentials: SecretsSpec
    integrations: SecretsSpec
    backend: WebServiceSpec
    frontend: WebServiceSpec
    worker: WorkerSpec
    scheduler: SchedulerSpec
    migration: JobSpec
    edge: EdgeSpec
    delivery: DeliverySpec
    monitoring: MonitoringSpec

    def watched(self) -> Monitoring:
        """The rooms have their own things watched; this is what is analytics' alone."""
        return monitoring(self)

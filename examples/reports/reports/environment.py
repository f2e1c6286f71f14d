from acme_queue import QueueSpec
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.job import JobSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class ReportsEnvironment(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    database: PostgresSpec
    documents: BucketSpec
    jobs: QueueSpec
    api: WebServiceSpec
    writer: WorkerSpec
    migration: JobSpec

"""What the products have in common: where they run, a database, settings, secrets, a Job, and a way in."""

from __future__ import annotations

from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.job import JobSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec


class SharedEnvironment(Environment):
    """The base of their environment classes."""

    network: NetworkSpec
    cluster: ClusterSpec
    database: PostgresSpec
    settings: SettingsSpec
    credentials: SecretsSpec
    migration: JobSpec
    edge: EdgeSpec

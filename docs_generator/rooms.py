"""The rooms that have a page, in the order of the navigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Room:
    """One page: the folder of its example, the field that holds the room there, and what people call it."""

    folder: str
    key: str
    title: str
    package: str = ""
    """The package with its spec; `twinstack.{folder}` unless given."""
    aws: str = ""
    """How the infrastructure half names its construct; empty: it has none."""
    kubernetes: str = ""
    """How the workloads half names its construct; empty: it has none."""

    @property
    def module(self) -> str:
        """The package with its spec."""
        return self.package or f"twinstack.{self.folder}"


ROOMS: Final = (
    Room("network", "network", "Network", aws="aws.Network"),
    Room("cluster", "cluster", "Cluster", aws="aws.Cluster"),
    Room("postgres", "database", "Postgres", aws="aws.Postgres"),
    Room("redis", "cache", "Redis", aws="aws.Redis"),
    Room("bucket", "exports", "Bucket", aws="aws.Bucket"),
    Room("file_system", "media", "File system", aws="aws.FileSystem", kubernetes="kubernetes.FileSystem"),
    Room("settings", "settings", "Settings"),
    Room("secrets", "credentials", "Secrets", aws="aws.Secrets"),
    Room("web_service", "api", "Web service", kubernetes="kubernetes.WebService"),
    Room("worker", "worker", "Worker", kubernetes="kubernetes.Worker"),
    Room("scheduler", "scheduler", "Scheduler", kubernetes="kubernetes.Scheduler"),
    Room("job", "migration", "Job", kubernetes="kubernetes.Job"),
    Room("cron_job", "nightly", "CronJob", kubernetes="kubernetes.CronJob"),
    Room("edge", "edge", "Edge", aws="aws.Edge", kubernetes="kubernetes.Edge"),
    Room("delivery", "delivery", "Delivery", aws="aws.Delivery"),
    Room("monitoring", "monitoring", "Monitoring", aws="aws.Monitoring", kubernetes="kubernetes.Monitoring"),
    Room("acme_queue", "jobs", "Queue (from outside)", package="acme_queue", aws="acme_queue.aws.Queue"),
    Room("acme_cron", "nightly", "CronJob (from outside)", package="acme_cron", kubernetes="acme_cron.kubernetes.Cron"),
)

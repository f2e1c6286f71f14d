"""The workloads half: cdk8s constructs that become Kubernetes YAML.

The rooms' constructs (`kubernetes.WebService`, …) are loaded when they are first named, from the room of that name, so
that a product loads no module of what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twinstack.environment.names import snake_case
from twinstack.kubernetes.custom_object import custom_object
from twinstack.kubernetes.deployment import autoscaler, deployment, disruption_budget
from twinstack.kubernetes.manifests import objects, render
from twinstack.kubernetes.network_policy import from_addresses, from_namespace, from_watchers, from_workloads
from twinstack.kubernetes.pod import Health, pod_template
from twinstack.kubernetes.probes import command_health, http_health, service_health
from twinstack.kubernetes.quantity import number_or_percent, quantity
from twinstack.kubernetes.room import Room
from twinstack.kubernetes.workload import Workload
from twinstack.kubernetes.workloads import Workloads

if TYPE_CHECKING:
    from twinstack.cron_job.kubernetes import CronJob
    from twinstack.edge.kubernetes import Edge
    from twinstack.file_system.kubernetes import FileSystem
    from twinstack.job.kubernetes import Job
    from twinstack.monitoring.kubernetes import Monitoring
    from twinstack.scheduler.kubernetes import Scheduler
    from twinstack.web_service.kubernetes import WebService
    from twinstack.worker.kubernetes import Worker
else:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"twinstack.{snake_case(name)}.kubernetes"), name)


__all__ = [
    "CronJob",
    "Edge",
    "FileSystem",
    "Health",
    "Job",
    "Monitoring",
    "Room",
    "Scheduler",
    "WebService",
    "Worker",
    "Workload",
    "Workloads",
    "autoscaler",
    "command_health",
    "custom_object",
    "deployment",
    "disruption_budget",
    "from_addresses",
    "from_namespace",
    "from_watchers",
    "from_workloads",
    "http_health",
    "number_or_percent",
    "objects",
    "pod_template",
    "quantity",
    "render",
    "service_health",
]

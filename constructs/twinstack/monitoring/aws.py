"""What monitoring becomes on AWS: what its kind makes (`side`)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, Room
from twinstack.environment import Half
from twinstack.monitoring.logs import Logs
from twinstack.monitoring.spec import MonitoringSpec


class Watched(Protocol):
    """A network from which pods can be asked for figures."""

    vpc_id: str

    @property
    def private_subnet_ids(self) -> Sequence[str]:
        """Subnets in at least two zones."""
        ...


class Monitoring(Room[MonitoringSpec]):
    """Alarms on what AWS measures and a topic that they go to, and with `managed` a Prometheus; nothing with `none` and
    `operator`.
    """

    def __init__(
        self, scope: Infrastructure[Any], spec: MonitoringSpec, *, cluster: Extensible, network: Watched
    ) -> None:
        super().__init__(scope, spec)
        self.side: Construct | None = None
        if Half.INFRASTRUCTURE in spec.watcher.halves:
            room = import_module(f"twinstack.monitoring.{spec.kind}.aws")
            self.side = room.Side(self, spec, stack=scope, cluster=cluster, network=network)

        self.logs: Logs | None = None
        if spec.pod_logs and spec.ships_logs:
            days = spec.pod_logs.retention_days
            self.logs = Logs(self, spec, stack=scope, cluster=cluster, days=days)

    @property
    def resource(self) -> Construct | None:
        return self.side

"""What CloudWatch is given."""

from __future__ import annotations

from typing import Any, Final

from constructs import Construct

from twinstack.aws import Infrastructure
from twinstack.monitoring.alarms import Alarms
from twinstack.monitoring.spec import MonitoringSpec
from twinstack.monitoring.topic import Topic


class Side(Construct):
    """The alarms, and who hears of them."""

    def __init__(
        self, scope: Construct, spec: MonitoringSpec, *, stack: Infrastructure[Any], cluster: Any, network: Any
    ) -> None:
        super().__init__(scope, "cloudwatch")
        del stack, cluster, network
        self.topic: Topic = Topic(self, spec, publishers=(CLOUDWATCH,))
        self.alarms: Alarms = Alarms(self, spec, self.topic)


CLOUDWATCH: Final = "cloudwatch.amazonaws.com"

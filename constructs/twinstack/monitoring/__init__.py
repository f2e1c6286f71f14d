"""Who watches an environment and tells somebody: a Prometheus operator's objects, and the exporters that it reads."""

from twinstack.monitoring.kind import MonitoringKind
from twinstack.monitoring.operator.spec import Operator
from twinstack.monitoring.spec import MonitoringSpec

__all__ = ["MonitoringKind", "MonitoringSpec", "Operator"]

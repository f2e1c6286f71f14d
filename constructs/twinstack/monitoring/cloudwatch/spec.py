"""What monitoring by CloudWatch is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from twinstack.environment.spec import Half
from twinstack.monitoring.kind import Kind


@dataclass(frozen=True, slots=True)
class Cloudwatch(Kind):
    """Alarms, a topic that they go to, and a dashboard; nothing in the cluster."""

    halves: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})
    own_fields: ClassVar[frozenset[str]] = frozenset({"runbooks", "notify", "topic_arn"})

    @property
    def reads_metrics(self) -> bool:
        return True

"""What anybody may ask of a kind of monitoring. Each kind is a room of its own beside this file, named after the kind.

A further kind is one folder (`operator/{spec,kubernetes}.py`), a member of `MonitoringKind` and a line in `spec.KINDS`:
nobody outside asks which kind it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Scrapers
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from twinstack.monitoring.spec import MonitoringSpec


class MonitoringKind(StrEnum):
    """Who watches: nobody, a Prometheus operator that the cluster has, CloudWatch, or Amazon Managed Prometheus with it."""

    NONE = "none"
    OPERATOR = "operator"
    CLOUDWATCH = "cloudwatch"
    MANAGED = "managed"


@dataclass(frozen=True, slots=True)
class Kind:
    """Nobody watches, and what another kind asks of monitoring."""

    monitoring: MonitoringSpec

    halves: ClassVar[frozenset[Half]] = frozenset()
    """The halves in which it makes something, each by a class `Side` in its room."""
    interval_seconds: ClassVar[int] = 15
    """How often it asks for figures, unless told."""
    own_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields of monitoring that mean something to it."""

    @property
    def reads_figures(self) -> bool:
        """Whether it evaluates the rules in PromQL, of figures that pods show."""
        return False

    @property
    def reads_metrics(self) -> bool:
        """Whether AWS's own metrics are watched, by alarms."""
        return False

    @property
    def scrapers(self) -> Scrapers | None:
        """From where pods are asked for their figures."""
        return None

    def names(self) -> Iterator[tuple[str, str]]:
        """What it gives names to."""
        yield from ()

    def review(self) -> Iterator[Finding]:
        """What it needs of the rest of the environment."""
        yield from ()

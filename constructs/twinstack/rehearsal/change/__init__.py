"""One release after another: the former outputs run, and the new ones are applied over them, on the real tools."""

from twinstack.rehearsal.change.everything import ChangeRehearsal, rehearse_change
from twinstack.rehearsal.change.report import InfrastructureChange, WorkloadsChange

__all__ = ["ChangeRehearsal", "InfrastructureChange", "WorkloadsChange", "rehearse_change"]

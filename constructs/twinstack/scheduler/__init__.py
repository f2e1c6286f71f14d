"""A scheduler: exactly one pod, never two, which starts tasks on time."""

from twinstack.scheduler.spec import SchedulerSpec

__all__ = ["SchedulerSpec"]

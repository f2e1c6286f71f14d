"""A Job that runs once per release, before the new version serves."""

from twinstack.job.spec import JobSpec

__all__ = ["JobSpec"]

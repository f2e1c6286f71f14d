"""A Job that runs once per release, before the new version serves."""

from twinstack.job.spec import JobSpec, OnFailure, When

__all__ = ["JobSpec", "OnFailure", "When"]

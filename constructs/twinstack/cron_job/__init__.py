"""A CronJob: what runs to its end, started by the clock."""

from twinstack.cron_job.spec import Concurrency, CronJobSpec

__all__ = ["Concurrency", "CronJobSpec"]

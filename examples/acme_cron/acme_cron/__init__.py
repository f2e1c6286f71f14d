"""A workload type from outside the library: what runs by the clock."""

from acme_cron.spec import CronSpec

__all__ = ["CronSpec"]

"""Cron jobs: schedules that never come, come twice, or that the API server refuses.

Source: Kubernetes documentation, "CronJob"; the cron parser of its controller (robfig/cron v3, five fields).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.schedule import is_zone, why_no_schedule
from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Objects, number, reach, text
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("schedule-is-none", "the schedule never comes", "correct the schedule or the time zone")
def schedule_is_none(objects: Objects) -> Iterator[Fault]:
    """A schedule that cannot be read or never comes, or a time zone that does not exist."""
    for one in objects.of("CronJob"):
        schedule = text(one.spec, "schedule")
        if "TZ" in schedule:
            yield one.fault("spec.schedule", schedule, "spec.timeZone for the zone")
        elif reason := why_no_schedule(schedule):
            yield one.fault("spec.schedule", f"{schedule or 'none'}: {reason}", "five fields, such as 30 3 * * *")
        zone = one.spec.get("timeZone")
        if zone is not None and (not isinstance(zone, str) or zone == "Local" or not is_zone(zone)):
            yield one.fault("spec.timeZone", zone or "empty", "a name such as Europe/Berlin or Etc/UTC")


@RULES("jobs-contradict-themselves", "a Job contradicts itself", "correct its numbers")
def jobs_contradict_themselves(objects: Objects) -> Iterator[Fault]:
    """A Job or cron job whose numbers Kubernetes refuses, or with which it skips its times."""
    for one in objects.of("CronJob"):
        late = one.spec.get("startingDeadlineSeconds")
        if late is not None and number(late, 0) < _CHECK_SECONDS:
            yield one.fault("spec.startingDeadlineSeconds", late, "10 or more: the controller looks every 10 s")
        if one.spec.get("concurrencyPolicy") not in {None, "Allow", "Forbid", "Replace"}:
            yield one.fault("spec.concurrencyPolicy", one.spec["concurrencyPolicy"], "Allow, Forbid or Replace")
    for one in objects.of("Job", "CronJob"):
        spec = one.spec if one.kind == "Job" else reach(one.spec, "jobTemplate", "spec")
        for field in ("backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"):
            value = reach(spec, field)
            if value is not None and number(value, -1) < 0:
                yield one.fault(f"spec.{field}", value, "0 or more")
        if number(reach(spec, "activeDeadlineSeconds"), 1) < 1:
            yield one.fault("spec.activeDeadlineSeconds", reach(spec, "activeDeadlineSeconds"), "1 or more")
        if text(spec, "completionMode") == "Indexed" and reach(spec, "completions") is None:
            yield one.fault("spec.completions", "none, of an Indexed Job", "a number")


_CHECK_SECONDS: Final = 10

"""What a CronJob becomes in Kubernetes."""

from __future__ import annotations

from typing import Any

from cdk8s_plus_27 import k8s

from acme_cron.spec import CronSpec
from twinstack.kubernetes import Workload, Workloads, pod_template

GRACE_SECONDS = 60
"""How long a run that is ended may take to roll back what it has begun."""


class Cron(Workload[CronSpec]):
    """A CronJob with the pods, the service account and the network policy of any workload."""

    def __init__(self, scope: Workloads[Any], spec: CronSpec) -> None:
        super().__init__(scope, spec)
        run = k8s.JobSpec(
            template=pod_template(spec, grace_seconds=GRACE_SECONDS, restart_policy="Never"),
            active_deadline_seconds=spec.deadline_seconds,
            backoff_limit=spec.retries,
        )
        self.cron_job = k8s.KubeCronJob(
            self,
            "cron-job",
            metadata=self.metadata(spec.kubernetes_name),
            spec=k8s.CronJobSpec(
                schedule=spec.schedule,
                time_zone=spec.time_zone,
                concurrency_policy="Forbid",
                starting_deadline_seconds=300,  # without it, a hundred missed starts end the schedule for good
                job_template=k8s.JobTemplateSpec(spec=run),
            ),
        )

    @property
    def resource(self) -> k8s.KubeCronJob:
        return self.cron_job

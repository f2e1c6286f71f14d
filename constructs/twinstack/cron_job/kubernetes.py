"""What a CronJob becomes in Kubernetes."""

from __future__ import annotations

from typing import Any

from cdk8s_plus_27 import k8s

from twinstack.cron_job.spec import CronJobSpec
from twinstack.kubernetes import Workload, Workloads, pod_template


class CronJob(Workload[CronJobSpec]):
    """A CronJob with the pods, the service account and the network policy of any workload.

    What runs keeps the values that it began with; the next run has those of the release. Source: Kubernetes, "CronJob".
    """

    def __init__(self, scope: Workloads[Any], spec: CronJobSpec) -> None:
        super().__init__(scope, spec)
        run = k8s.JobSpec(
            template=pod_template(
                spec,
                grace_seconds=spec.stop_seconds,
                restart_policy="Never",
                # A run is not moved to a cheaper node half way through.
                annotations={"karpenter.sh/do-not-disrupt": "true"},
            ),
            active_deadline_seconds=spec.deadline_seconds,
            backoff_limit=spec.retries,
        )
        self.cron_job: k8s.KubeCronJob = k8s.KubeCronJob(
            self,
            "cron-job",
            metadata=self.metadata(spec.kubernetes_name),
            spec=k8s.CronJobSpec(
                schedule=spec.schedule,
                time_zone=spec.time_zone,
                suspend=spec.suspended or None,
                concurrency_policy=spec.concurrency.capitalize(),
                starting_deadline_seconds=spec.late_seconds,
                successful_jobs_history_limit=spec.keep_succeeded,
                failed_jobs_history_limit=spec.keep_failed,
                job_template=k8s.JobTemplateSpec(spec=run),
            ),
        )

    @property
    def resource(self) -> k8s.KubeCronJob:
        return self.cron_job

"""What a Job becomes in Kubernetes."""

from __future__ import annotations

import re
from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.job.spec import JobSpec, OnFailure, When
from twinstack.kubernetes import Workload, Workloads, pod_template
from twinstack.kubernetes.after import runs_after_release
from twinstack.kubernetes.labels import pod_labels


class Job(Workload[JobSpec]):
    """A Job that runs once per release. Rendering ends its name with a hash of what it does, so that it can be
    applied again, and a changed one runs beside the old one instead of being refused.

    Sources: Kubernetes, "Jobs", "Automatic Cleanup for Finished Jobs".
    """

    def __init__(self, scope: Workloads[Any], spec: JobSpec) -> None:
        super().__init__(scope, spec)
        self.job: k8s.KubeJob = k8s.KubeJob(
            self,
            "job",
            metadata=self.metadata(
                f"{spec.kubernetes_name}-{_name_part(self.context.version)}",
                labels=pod_labels(spec),
                annotations=runs_after_release(only_reported=spec.on_failure is OnFailure.REPORT)
                if spec.when is When.AFTER
                else None,
            ),
            spec=k8s.JobSpec(
                backoff_limit=spec.retries,
                active_deadline_seconds=spec.deadline_seconds,
                ttl_seconds_after_finished=spec.keep_seconds,
                template=pod_template(
                    spec,
                    grace_seconds=GRACE_SECONDS,
                    restart_policy="Never",
                    # A migration is not moved to a cheaper node half way through.
                    annotations={"karpenter.sh/do-not-disrupt": "true"},
                ),
            ),
        )

    @property
    def resource(self) -> k8s.KubeJob:
        return self.job


def _name_part(version: str) -> str:
    """`1.4.2` as a name can hold it: `1-4-2`."""
    return re.sub(r"[^a-z0-9]+", "-", version.lower()).strip("-") or "release"


GRACE_SECONDS: Final = 60
"""How long a Job that is ended may take to roll back what it has begun."""

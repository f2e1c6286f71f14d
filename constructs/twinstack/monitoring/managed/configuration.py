"""The texts that Amazon Managed Service for Prometheus takes: what to ask, and whom to tell.

Sources: Prometheus, "Configuration" (`kubernetes_sd_config`, `relabel_config`); Amazon Managed Service for Prometheus User
Guide, "Set up managed collectors for Amazon EKS", "Create an alert manager definition".
"""

from __future__ import annotations

import re
from typing import Any, Final

from twinstack.environment.dumper import dump
from twinstack.monitoring.jobs import Job, jobs
from twinstack.monitoring.spec import MonitoringSpec


def scrape_configuration(spec: MonitoringSpec) -> str:
    """One job for each of the environment's."""
    every = f"{spec.interval}s"
    return dump(
        [
            {
                "global": {"scrape_interval": every, "external_labels": {"environment": spec.environment.name}},
                "scrape_configs": [_job(one) for one in jobs(spec)],
            }
        ]
    )


def alert_manager(spec: MonitoringSpec, topic_arn: str) -> str:
    """Everything to one topic: what belongs together in one message, and once in four hours again."""
    sns = {"topic_arn": topic_arn, "sigv4": {"region": spec.context.region}, "send_resolved": True}
    route = {
        "receiver": RECEIVER,
        "group_by": ["alertname", "component"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "4h",
    }
    configuration = {"route": route, "receivers": [{"name": RECEIVER, "sns_configs": [sns]}]}
    return dump([{"alertmanager_config": dump([configuration])}])


def as_text(text: str) -> str:
    """Text that Terraform evaluates nothing in."""
    return re.sub(r"([$%])(?=\{)", r"\1\1", text)


def _job(job: Job) -> dict[str, Any]:
    """Pods that run, of these labels, at the port of the figures: a target for each."""
    kept = {
        **{f"__meta_kubernetes_pod_label_{_word(name)}": value for name, value in job.pods.items()},
        "__meta_kubernetes_pod_container_port_number": str(job.scrape.port),
        "__meta_kubernetes_pod_phase": "Running",
    }
    said = {
        "namespace": "__meta_kubernetes_namespace",
        "pod": "__meta_kubernetes_pod_name",
    }
    return {
        "job_name": job.scrape.job,
        "metrics_path": job.scrape.path,
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [job.namespace]}}],
        "relabel_configs": [
            *({"source_labels": [label], "regex": value, "action": "keep"} for label, value in kept.items()),
            *({"source_labels": [label], "target_label": name} for name, label in said.items()),
            *({"target_label": name, "replacement": value} for name, value in job.labels.items()),
        ],
    }


def _word(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", label)


RECEIVER: Final = "topic"

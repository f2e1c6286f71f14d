"""What a Job becomes in Kubernetes: it runs to its end, once per release, with limits."""

from __future__ import annotations

from typing import Any

import cdk8s

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes


def objects(**settings: Any) -> dict[str, dict[str, Any]]:
    values = {f"migration.{key}": value for key, value in settings.items()}
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod", set=values or None))
    label = "app.kubernetes.io/component"
    return {one["kind"]: one for one in kubernetes.objects(chart) if one["metadata"]["labels"][label] == "migration"}


def test_a_job_has_limits_to_its_tries_its_time_and_its_rest() -> None:
    spec = objects()["Job"]["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (3, 900, 86400)
    spec = objects(retries=0, deadline_seconds=60, keep_seconds=3600)["Job"]["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (0, 60, 3600)


def test_a_failed_try_is_a_new_pod_and_no_node_is_taken_from_under_it() -> None:
    template = objects()["Job"]["spec"]["template"]
    assert template["spec"]["restartPolicy"] == "Never"
    assert template["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"] == "true"


def test_a_job_is_not_probed_scaled_or_budgeted() -> None:
    assert set(objects()) == {"ServiceAccount", "SecretProviderClass", "NetworkPolicy", "Job"}
    container = objects()["Job"]["spec"]["template"]["spec"]["containers"][0]
    assert not [key for key in container if key.endswith("Probe")]


def test_the_migration_has_both_credentials_as_files_and_no_secret_holds_them() -> None:
    pod = objects()["Job"]["spec"]["template"]["spec"]
    files = {
        "DATABASE_URL_FILE": "/mnt/secrets-store/database-url",
        "DATABASE_ADMIN_URL_FILE": "/mnt/secrets-store/database-admin-url",
    }
    for container in (*pod["initContainers"], *pod["containers"]):
        assert files.items() <= {one["name"]: one.get("value") for one in container["env"]}.items()
        assert "secretKeyRef" not in str(container)
        assert {"name": "secrets-store", "mountPath": "/mnt/secrets-store", "readOnly": True} in container[
            "volumeMounts"
        ]
    assert "secretObjects" not in objects()["SecretProviderClass"]["spec"]


def test_the_name_carries_the_release() -> None:
    assert objects()["Job"]["metadata"]["name"].startswith("analytics-migration-1-0-0-")

"""How secret values reach a workload: one class, one Secret, the same keys."""

from __future__ import annotations

from functools import cache
from typing import Any

import cdk8s
import pytest
import yaml

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.errors import ConfigurationError


@cache
def classes(environment: str = "prod") -> dict[str, dict[str, Any]]:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load(environment))
    return {
        one["metadata"]["name"]: one["spec"]
        for one in kubernetes.objects(chart)
        if one["kind"] == "SecretProviderClass"
    }


def test_each_workload_that_reads_secrets_has_a_class_called_like_its_secret() -> None:
    assert set(classes()) == {
        "analytics-secrets",
        "analytics-worker-secrets",
        "analytics-scheduler-secrets",
        "analytics-migration-secrets",
        "analytics-cache-exporter-secrets-36104bec6f",
        "analytics-database-exporter-secrets-eac3dfca4b",
    }
    for name, spec in classes().items():
        assert [one["secretName"] for one in spec.get("secretObjects", [])] in ([name], [])


def test_values_are_fetched_with_the_pods_own_identity() -> None:
    for spec in classes().values():
        assert spec["provider"] == "aws"
        assert spec["parameters"]["usePodIdentity"] == "true"
        assert spec["parameters"]["region"] == "us-west-2"


@pytest.mark.parametrize(("environment", "prefix"), [("prod", "shadower-analytics"), ("dev", "shadower-analytics-dev")])
def test_every_file_is_a_whole_secret_and_every_key_copies_one_file(environment: str, prefix: str) -> None:
    spec = classes(environment)["analytics-scheduler-secrets"]
    assert yaml.safe_load(spec["parameters"]["objects"]) == [
        {
            "objectName": f"{prefix}/database/url",
            "objectType": "secretsmanager",
            "objectVersionLabel": "v1",
            "objectAlias": "database-url",
        },
        {
            "objectName": f"{prefix}/cache/url",
            "objectType": "secretsmanager",
            "objectVersionLabel": "v1",
            "objectAlias": "redis-url",
        },
    ]
    assert spec["secretObjects"][0]["data"] == [
        {"objectName": "database-url", "key": "database-url"},
        {"objectName": "redis-url", "key": "redis-url"},
    ]


def test_only_the_migration_reads_the_master_users_connection() -> None:
    readers = [name for name, spec in classes().items() if "database/admin-url" in spec["parameters"]["objects"]]
    assert readers == ["analytics-migration-secrets"]


def test_two_workloads_cannot_write_one_secret() -> None:
    with pytest.raises(ConfigurationError, match="two things would have one Kubernetes Secret name"):
        product.load("prod", set={"worker.secret_name": "analytics-secrets"})

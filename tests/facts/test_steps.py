"""Steps that AWS does not take, and those that it does."""

from __future__ import annotations

from typing import Any

import pytest

from twinstack.facts import refused_steps

DATABASE = {"engine": "postgres", "engine_version": "15.4", "allocated_storage": 100, "storage_type": "gp3"}
CLUSTER = {"version": "1.32", "access_config": [{"authentication_mode": "API"}]}
AUTO = {
    "compute_config": [{"enabled": True}],
    "kubernetes_network_config": [{"elastic_load_balancing": [{"enabled": True}]}],
    "storage_config": {"block_storage": {"enabled": True}},
}


@pytest.mark.parametrize(("type_name", "before", "after", "told"), [
    ("aws_db_instance", DATABASE, {"allocated_storage": 50}, "InvalidParameterCombination: Invalid storage size for"),
    ("aws_db_instance", DATABASE, {"allocated_storage": 50, "max_allocated_storage": 200}, ""),
    ("aws_db_instance", DATABASE, {"allocated_storage": 200}, ""),
    ("aws_db_instance", DATABASE, {"engine_version": "14"}, "InvalidParameterCombination: Cannot upgrade postgres from 15.4"),
    ("aws_db_instance", DATABASE, {"engine_version": "15"}, ""),
    ("aws_db_instance", DATABASE, {"engine_version": "16"}, "InvalidParameterCombination: The AllowMajorVersionUpgrade"),
    ("aws_db_instance", DATABASE, {"engine_version": "16", "allow_major_version_upgrade": True}, ""),
    ("aws_db_instance", DATABASE, None, ""),
    ("aws_db_instance", {"deletion_protection": True}, None, "InvalidParameterCombination: Cannot delete protected"),
    ("aws_eks_cluster", {"deletion_protection": True}, None, "InvalidRequestException: Cannot delete the cluster"),
    ("aws_eks_cluster", CLUSTER, {"version": "1.33"}, ""),
    ("aws_eks_cluster", CLUSTER, {"version": "1.34"}, "InvalidParameterException: Unsupported Kubernetes minor version"),
    ("aws_eks_cluster", CLUSTER, {"version": "1.31"}, "InvalidParameterException: Unsupported Kubernetes minor version"),
    ("aws_eks_cluster", CLUSTER, {"access_config": {"authentication_mode": "API_AND_CONFIG_MAP"}},
     "InvalidParameterException: Unsupported authentication mode update from API to API_AND_CONFIG_MAP"),
    ("aws_eks_cluster", CLUSTER | AUTO, {}, ""),
    ("aws_eks_cluster", None, AUTO | {"storage_config": {"block_storage": {"enabled": False}}}, ": compute_config.enabled"),
    ("aws_elasticache_replication_group", None, {"automatic_failover_enabled": True, "num_cache_clusters": 1}, ": must be at"),
    ("aws_elasticache_replication_group", None, {"automatic_failover_enabled": True, "num_cache_clusters": 2}, ""),
    ("aws_elasticache_replication_group", None, {"multi_az_enabled": True}, ": automatic_failover_enabled must be true"),
    ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Enabled"}]},
     {"versioning_configuration": [{"status": "Disabled"}]}, ": versioning_configuration.status cannot be updated"),
    ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Enabled"}]},
     {"versioning_configuration": [{"status": "Suspended"}]}, ""),
    ("aws_s3_bucket", {}, None, ""),
])  # fmt: skip
def test_a_step_is_refused_or_not(
    type_name: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    later = after if after is None or before is None else before | after
    found = list(refused_steps(type_name, before, later))
    assert len(found) == bool(told)
    assert all(f"{one.code}: {one.message}".startswith(told) and one.fix and one.source for one in found)

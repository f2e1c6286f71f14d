"""What looks wrong by the models and is right: nothing of it is refused, at most it is told."""

from __future__ import annotations

from typing import Any

import pytest

from twinstack.facts import Certainty, refused


@pytest.mark.parametrize(
    ("type_", "arguments"),
    [
        ("aws_subnet", {"availability_zone": "us-east-1-wl1-bos-wlz-1"}),
        ("aws_subnet", {"availability_zone": "us-east-1-bos-1a"}),
        ("aws_db_parameter_group", {"family": "oracle-se2-19"}),
        ("aws_db_parameter_group", {"family": "sqlserver-se-16.0"}),
        ("aws_db_parameter_group", {"family": "db2-se-11.5"}),
        ("aws_instance", {"root_block_device": [{"volume_size": 100, "throughput": 250, "iops": 4000}]}),
        ("aws_launch_template", {"block_device_mappings": [{"ebs": [{"volume_size": 100, "throughput": 250}]}]}),
        ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Disabled"}]}),
        ("aws_kms_key", {"customer_master_key_spec": "ML_DSA_65"}),
        ("aws_efs_file_system", {"provisioned_throughput_in_mibps": 0}),
        ("aws_db_instance", {"engine": "mysql", "storage_type": "gp2", "allocated_storage": 10}),
        ("aws_db_instance", {"engine": "postgres", "allocated_storage": 5}),
        ("aws_db_instance", {"maintenance_window": "Sun:04:00-SUN:05:00"}),
        ("aws_eks_cluster", {"vpc_config": [{"public_access_cidrs": ["203.0.113.0/24", "::/0", "2001:db8::/32"]}]}),
        (
            "aws_db_instance",
            {"engine": "sqlserver-se", "storage_type": "io2", "allocated_storage": 20000, "iops": 20000},
        ),
    ],
)
def test_it_is_not_refused(type_: str, arguments: dict[str, Any]) -> None:
    assert [*refused(type_, arguments, region="us-east-1")] == []


@pytest.mark.parametrize(
    ("type_", "arguments"),
    [
        ("aws_lambda_function", {"reserved_concurrent_executions": -1}),
        ("aws_dynamodb_table", {"on_demand_throughput": [{"max_read_request_units": -1}]}),
    ],
)
def test_the_providers_word_for_none_is_told_of_a_type_that_is_not_ours(type_: str, arguments: dict[str, Any]) -> None:
    assert [one.certainty for one in refused(type_, arguments, region="us-east-1")] == [Certainty.NEWER]


@pytest.mark.parametrize(
    ("type_", "arguments"),
    [
        ("aws_subnet", {"availability_zone": "us-west-2a"}),
        ("aws_db_parameter_group", {"family": "postgre15"}),
        ("aws_ebs_volume", {"size": 100, "throughput": 250}),
        ("aws_db_instance", {"engine": "mysql", "storage_type": "gp3", "allocated_storage": 10}),
        ("aws_db_instance", {"engine": "oracle-ee", "storage_type": "gp2", "allocated_storage": 6}),
        ("aws_kms_key", {"deletion_window_in_days": 0}),
        ("aws_eks_cluster", {"vpc_config": [{"public_access_cidrs": ["cafe/8"]}]}),
    ],
)
def test_what_is_wrong_beside_it_is_refused_all_the_same(type_: str, arguments: dict[str, Any]) -> None:
    assert [one.certainty for one in refused(type_, arguments, region="us-east-1")] == [Certainty.CLOSED]

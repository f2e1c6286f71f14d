"""What a Redis cache becomes on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import analytics


def group(name: str = "prod", **changes: Any) -> dict[str, Any]:
    settings = {f"cache__{key}": value for key, value in changes.items()}
    return analytics(name, **settings).find("aws_elasticache_replication_group")["cache"]


def test_production_is_as_required() -> None:
    required = {
        "replication_group_id": "shadower-analytics-cache",
        "engine": "redis",
        "engine_version": "7.1",
        "node_type": "cache.t3.medium",
        "port": 6379,
        "tags": {"Name": "shadower-analytics-cache"},
    }
    made = group()
    assert {key: made[key] for key in required} == required


def test_production_fails_over_is_encrypted_and_kept() -> None:
    made = group()
    assert (made["num_cache_clusters"], made["automatic_failover_enabled"], made["multi_az_enabled"]) == (2, True, True)
    assert made["at_rest_encryption_enabled"] == "true"
    assert made["kms_key_id"] == "${aws_kms_key.cache.arn}"
    assert made["transit_encryption_enabled"] is True
    assert made["lifecycle"] == {"prevent_destroy": True}
    assert (made["snapshot_retention_limit"], made["snapshot_window"]) == (7, "02:00-03:00")
    part = "${substr(aws_kms_key.cache.key_id, 0, 8)}"
    assert made["final_snapshot_identifier"] == f"shadower-analytics-cache-final-{part}"
    assert group(final_snapshot_generation=3)["final_snapshot_identifier"].endswith(f"-final-{part}-3")


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_one_node_neither_fails_over_nor_stands_in_two_zones(name: str) -> None:
    made = group(name)
    assert (made["num_cache_clusters"], made["automatic_failover_enabled"], made["multi_az_enabled"]) == (
        1,
        False,
        False,
    )
    assert not {"lifecycle", "final_snapshot_identifier", "replicas_per_node_group", "num_node_groups"} & set(made)


def test_the_password_is_write_only_and_the_old_one_stays_valid_while_pods_roll() -> None:
    made = group(password_version=2)
    assert "auth_token" not in made
    secret = "ephemeral.aws_secretsmanager_secret_version.cache_password_v2.secret_string"
    assert made["auth_token_wo"] == f'${{jsondecode({secret})["token"]}}'
    assert made["auth_token_wo_version"] == 2
    assert made["auth_token_update_strategy"] == "ROTATE"
    assert "user_group_ids" not in made


def test_celerys_broker_loses_nothing_when_memory_is_full() -> None:
    parameters = analytics().find("aws_elasticache_parameter_group")["cache_redis7"]
    assert parameters["parameter"] == [{"name": "maxmemory-policy", "value": "noeviction"}]
    assert (parameters["family"], parameters["name"]) == ("redis7", "shadower-analytics-cache-redis7")
    assert group()["parameter_group_name"] == "${aws_elasticache_parameter_group.cache_redis7.name}"
    other = analytics(cache__max_memory_policy="allkeys-lru").find("aws_elasticache_parameter_group")["cache_redis7"]
    assert other["parameter"] == [{"name": "maxmemory-policy", "value": "allkeys-lru"}]


@pytest.mark.parametrize(("version", "family"), [("7.2", "valkey7"), ("8.0", "valkey8")])
def test_valkey_moves_engine_and_parameters_together(version: str, family: str) -> None:
    document = analytics(cache__engine="valkey", cache__engine_version=version)
    made = document.find("aws_elasticache_replication_group")["cache"]
    assert (made["engine"], made["engine_version"]) == ("valkey", version)
    (parameters,) = document.find("aws_elasticache_parameter_group").values()
    assert (parameters["family"], parameters["name"]) == (family, f"shadower-analytics-cache-{family}")
    assert parameters["lifecycle"] == {"create_before_destroy": True}


def test_the_group_that_redis_leaves_stays_for_a_release() -> None:
    document = analytics(cache__engine="valkey", cache__engine_version="8.1", cache__upgrade_from="redis7")
    groups = document.find("aws_elasticache_parameter_group")
    assert {key: one["family"] for key, one in groups.items()} == {"cache_redis7": "redis7", "cache_valkey8": "valkey8"}
    assert groups["cache_redis7"]["lifecycle"] == {"create_before_destroy": True, "ignore_changes": ["parameter"]}
    made = document.find("aws_elasticache_replication_group")["cache"]
    assert made["parameter_group_name"] == "${aws_elasticache_parameter_group.cache_valkey8.name}"


def test_what_interrupts_waits_for_the_window_unless_it_is_wanted_now() -> None:
    assert group()["apply_immediately"] is False
    assert group(apply="now")["apply_immediately"] is True


def test_without_encryption_there_is_no_key_no_password_and_a_plain_url() -> None:
    document = analytics("dev", cache__encrypted=False)
    made = document.find("aws_elasticache_replication_group")["cache"]
    assert made["at_rest_encryption_enabled"] == "false"
    assert made["transit_encryption_enabled"] is False
    assert not {"kms_key_id", "auth_token_wo", "auth_token_wo_version", "auth_token_update_strategy"} & set(made)
    assert "cache_password" not in document.find("aws_secretsmanager_secret")
    url = document.find("aws_secretsmanager_secret_version")["cache_url_v1"]["secret_string_wo"]
    assert url == "redis://${aws_elasticache_replication_group.cache.primary_endpoint_address}:6379/0"


def test_the_url_is_one_that_celery_takes() -> None:
    url = analytics().find("aws_secretsmanager_secret_version")["cache_url_v1"]["secret_string_wo"]
    password = '${jsondecode(ephemeral.aws_secretsmanager_secret_version.cache_password_v1.secret_string)["token"]}'
    address = "${aws_elasticache_replication_group.cache.primary_endpoint_address}"
    assert url == f"rediss://:{password}@{address}:6379/0?ssl_cert_reqs=required"


def test_without_snapshots_no_window_is_named() -> None:
    made = group("dev", snapshot_retention_days=0)
    assert made["snapshot_retention_limit"] == 0
    assert "snapshot_window" not in made


def test_slow_commands_and_the_engine_are_logged_to_groups_that_exist_before() -> None:
    document = analytics()
    made = document.find("aws_elasticache_replication_group")["cache"]
    assert {(one["log_type"], one["destination"]) for one in made["log_delivery_configuration"]} == {
        ("slow-log", "${aws_cloudwatch_log_group.cache_slow_log.name}"),
        ("engine-log", "${aws_cloudwatch_log_group.cache_engine_log.name}"),
    }
    assert document.find("aws_cloudwatch_log_group")["cache_slow_log"]["retention_in_days"] == 365


def test_the_cluster_alone_is_let_in_on_its_port_alone() -> None:
    document = analytics()
    assert group()["security_group_ids"] == ["${aws_security_group.cache.id}"]
    (rule,) = [
        one
        for one in document.find("aws_vpc_security_group_ingress_rule").values()
        if one["security_group_id"] == "${aws_security_group.cache.id}"
    ]
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 6379, 6379)
    assert rule["referenced_security_group_id"] == "${aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"


def test_its_subnets_are_the_databases_own() -> None:
    subnets = analytics().find("aws_elasticache_subnet_group")["cache"]["subnet_ids"]
    assert subnets == [f"${{aws_subnet.network_database_{zone}.id}}" for zone in "abc"]


def test_further_parameters_stand_beside_the_policy() -> None:
    document = analytics(cache__parameters={"timeout": 300, "notify-keyspace-events": "Ex"})
    assert document.find("aws_elasticache_parameter_group")["cache_redis7"]["parameter"] == [
        {"name": "maxmemory-policy", "value": "noeviction"},
        {"name": "timeout", "value": "300"},
        {"name": "notify-keyspace-events", "value": "Ex"},
    ]

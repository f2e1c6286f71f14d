"""What a PostgreSQL database becomes on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import analytics

Instance = dict[str, Any]


def instance(name: str = "prod", **changes: Any) -> Instance:
    settings = {f"database__{key}": value for key, value in changes.items()}
    return analytics(name, **settings).find("aws_db_instance")["database"]


def test_production_is_as_required() -> None:
    required = {
        "identifier": "shadower-analytics",
        "engine": "postgres",
        "engine_version": "15",
        "instance_class": "db.t3.medium",
        "allocated_storage": 100,
        "storage_encrypted": True,
        "storage_type": "gp3",
        "db_name": "analytics",
        "backup_retention_period": 30,
        "backup_window": "03:00-04:00",
        "maintenance_window": "sun:04:00-sun:05:00",
        "multi_az": True,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": "shadower-analytics-final-${substr(aws_kms_key.database.key_id, 0, 8)}",
        "tags": {"Name": "shadower-analytics-db"},
    }
    made = instance()
    assert {key: made[key] for key in required} == required


def test_production_is_closed_and_kept() -> None:
    made = instance()
    assert made["publicly_accessible"] is False
    assert made["kms_key_id"] == "${aws_kms_key.database.arn}"
    assert made["vpc_security_group_ids"] == ["${aws_security_group.database.id}"]
    assert made["lifecycle"] == {"prevent_destroy": True}
    assert made["copy_tags_to_snapshot"] is True
    assert made["delete_automated_backups"] is False


def test_the_password_is_write_only_and_read_back_from_its_secret() -> None:
    made = instance(password_version=3)
    assert "password" not in made
    assert made["username"] == "analytics_admin"
    secret = "ephemeral.aws_secretsmanager_secret_version.database_passwords_v3.secret_string"
    assert made["password_wo"] == f'${{jsondecode({secret})["analytics_admin"]}}'
    assert made["password_wo_version"] == 3


def test_minor_versions_follow_and_paid_support_does_not() -> None:
    made = instance()
    assert made["auto_minor_version_upgrade"] is True
    assert made["engine_lifecycle_support"] == "open-source-rds-extended-support-disabled"


def test_another_major_version_moves_engine_and_parameters_together() -> None:
    document = analytics(database__engine_version="16", database__upgrade_from="15")
    groups = document.find("aws_db_parameter_group")
    assert {key: (group["family"], group["name"]) for key, group in groups.items()} == {
        "database_postgres15": ("postgres15", "shadower-analytics-postgres15"),
        "database_postgres16": ("postgres16", "shadower-analytics-postgres16"),
    }
    assert groups["database_postgres16"]["lifecycle"] == {"create_before_destroy": True}
    assert groups["database_postgres15"]["lifecycle"] == {
        "create_before_destroy": True,
        "ignore_changes": ["parameter"],
    }
    made = document.find("aws_db_instance")["database"]
    assert (made["engine_version"], made["allow_major_version_upgrade"]) == ("16", True)
    assert made["parameter_group_name"] == "${aws_db_parameter_group.database_postgres16.name}"


def test_nothing_permits_an_upgrade_that_nobody_has_named() -> None:
    assert "allow_major_version_upgrade" not in instance()
    assert "allow_major_version_upgrade" not in instance(engine_version="16")


def test_what_interrupts_waits_for_the_window_unless_it_is_wanted_now() -> None:
    assert instance()["apply_immediately"] is False
    assert instance(apply="now")["apply_immediately"] is True


def test_a_generation_ends_the_final_snapshots_name() -> None:
    part = "${substr(aws_kms_key.database.key_id, 0, 8)}"
    assert instance(final_snapshot_generation=2)["final_snapshot_identifier"] == f"shadower-analytics-final-{part}-2"


def test_a_snapshot_makes_a_new_instance_and_never_replaces_one() -> None:
    made = instance(restore_from_snapshot="shadower-analytics-final-0f3a9b12")
    assert made["snapshot_identifier"] == "shadower-analytics-final-0f3a9b12"
    assert made["lifecycle"] == {"prevent_destroy": True, "ignore_changes": ["snapshot_identifier"]}
    assert "snapshot_identifier" not in instance()


def test_storage_grows_and_leaves_out_what_small_volumes_do_not_take() -> None:
    assert instance()["max_allocated_storage"] == 200
    made = instance(max_storage_gib=500)
    assert made["max_allocated_storage"] == 500
    assert not {"iops", "storage_throughput", "availability_zone"} & set(made)


def test_connections_without_tls_are_refused() -> None:
    parameters = analytics().find("aws_db_parameter_group")["database_postgres15"]["parameter"]
    assert {"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"} in parameters


def test_logins_are_not_logged_unless_asked_for() -> None:
    parameters = analytics().find("aws_db_parameter_group")["database_postgres15"]["parameter"]
    assert "log_connections" not in {one["name"] for one in parameters}
    asked = analytics(database__parameters={"log_connections": "1"})
    parameters = asked.find("aws_db_parameter_group")["database_postgres15"]["parameter"]
    assert {"name": "log_connections", "value": "1", "apply_method": "immediate"} in parameters


def test_further_parameters_wait_for_the_next_restart() -> None:
    document = analytics(database__parameters={"shared_preload_libraries": "pg_stat_statements"})
    parameters = document.find("aws_db_parameter_group")["database_postgres15"]["parameter"]
    added = {"name": "shared_preload_libraries", "value": "pg_stat_statements", "apply_method": "pending-reboot"}
    assert added in parameters
    assert len({one["name"] for one in parameters}) == len(parameters) == 3


def test_its_subnets_are_the_databases_own_in_three_zones() -> None:
    document = analytics()
    group = document.find("aws_db_subnet_group")["database"]
    assert group["subnet_ids"] == [f"${{aws_subnet.network_database_{zone}.id}}" for zone in "abc"]
    assert (
        document.find("aws_db_instance")["database"]["db_subnet_group_name"] == "${aws_db_subnet_group.database.name}"
    )


def test_the_cluster_alone_is_let_in_on_its_port_alone() -> None:
    document = analytics()
    group = document.find("aws_security_group")["database"]
    assert not {"ingress", "egress"} & set(group)
    rules = [
        one
        for one in document.find("aws_vpc_security_group_ingress_rule").values()
        if one["security_group_id"] == "${aws_security_group.database.id}"
    ]
    (rule,) = rules
    assert rule["referenced_security_group_id"] == "${aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 5432, 5432)
    ways_out = document.find("aws_vpc_security_group_egress_rule").values()
    assert "${aws_security_group.database.id}" not in {one["security_group_id"] for one in ways_out}


def test_its_log_groups_exist_before_it_writes() -> None:
    document = analytics()
    made = document.find("aws_db_instance")["database"]
    assert made["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]
    for log in ("postgresql", "upgrade"):
        assert f"aws_cloudwatch_log_group.database_{log}" in made["depends_on"]
        group = document.find("aws_cloudwatch_log_group")[f"database_{log}"]
        assert group["name"] == f"/aws/rds/instance/shadower-analytics/{log}"
        assert group["retention_in_days"] == 365


def test_enhanced_monitoring_has_a_role_for_this_instance_only() -> None:
    document = analytics()
    made = document.find("aws_db_instance")["database"]
    assert made["monitoring_interval"] == 60
    assert made["monitoring_role_arn"] == "${aws_iam_role.database_monitoring.arn}"
    assert "aws_iam_role_policy_attachment.database_monitoring" in made["depends_on"]
    assert document.trust("database_monitoring")["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "123456789012",
        "aws:SourceArn": "arn:aws:rds:us-west-2:123456789012:db:shadower-analytics",
    }


def test_monitoring_can_be_off_and_takes_its_role_with_it() -> None:
    document = analytics(database__monitoring_interval_seconds=0)
    made = document.find("aws_db_instance")["database"]
    assert made["monitoring_interval"] == 0
    assert "monitoring_role_arn" not in made
    assert "database_monitoring" not in document.find("aws_iam_role")
    assert "database_monitoring" not in document.find("aws_iam_role_policy_attachment")


def test_performance_insights_are_kept_for_the_seven_free_days() -> None:
    made = instance()
    assert made["performance_insights_enabled"] is True
    assert made["performance_insights_retention_period"] == 7
    assert made["performance_insights_kms_key_id"] == "${aws_kms_key.database.arn}"
    assert made["database_insights_mode"] == "standard"


def test_performance_insights_can_be_off() -> None:
    made = instance(performance_insights=False)
    assert made["performance_insights_enabled"] is False
    assert not {"performance_insights_retention_period", "performance_insights_kms_key_id"} & set(made)


def test_without_encryption_no_key_is_named() -> None:
    made = instance("dev", encrypted=False)
    assert made["storage_encrypted"] is False
    assert not {"kms_key_id", "performance_insights_kms_key_id"} & set(made)


def test_without_a_final_snapshot_it_has_no_name() -> None:
    made = instance("dev")
    assert made["skip_final_snapshot"] is True
    assert "final_snapshot_identifier" not in made


@pytest.mark.parametrize(
    ("name", "size", "storage", "days"), [("dev", "db.t4g.micro", 20, 1), ("staging", "db.t4g.small", 50, 7)]
)
def test_smaller_environments_have_the_same_shape(name: str, size: str, storage: int, days: int) -> None:
    made = instance(name)
    assert made["identifier"] == f"shadower-analytics-{name}"
    assert (made["instance_class"], made["allocated_storage"], made["backup_retention_period"]) == (size, storage, days)
    assert (made["multi_az"], made["deletion_protection"], made["storage_encrypted"]) == (False, False, True)
    assert "lifecycle" not in made


def test_each_version_of_the_connection_has_the_role_and_the_password_of_that_version() -> None:
    versions = analytics(database__password_version=4).find("aws_secretsmanager_secret_version")
    end = "@${aws_db_instance.database.address}:5432/analytics?sslmode=verify-full&sslrootcert=/etc/twinstack/database-ca.pem"

    def password(user: str, version: int) -> str:
        read = f"ephemeral.aws_secretsmanager_secret_version.database_passwords_v{version}.secret_string"
        return f'${{jsondecode({read})["{user}"]}}'

    for version, role in ((2, "analytics_user_b"), (3, "analytics_user_a"), (4, "analytics_user_b")):
        written = versions[f"database_url_v{version}"]["secret_string_wo"]
        assert written == f"postgresql://{role}:{password('analytics_user', version)}{end}"
        admin = versions[f"database_admin_url_v{version}"]["secret_string_wo"]
        assert admin == f"postgresql://analytics_admin:{password('analytics_admin', version)}{end}"


def test_its_address_is_told_and_no_password() -> None:
    document = analytics()
    assert document.outputs()["database_address"] == "${aws_db_instance.database.address}"
    assert not [value for value in document.outputs().values() if "ephemeral" in value]

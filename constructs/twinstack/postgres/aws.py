"""What a PostgreSQL database becomes on AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance, DbInstanceBlueGreenUpdate, DbInstanceRestoreToPointInTime
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment

from twinstack.aws import (
    Admitting,
    ClosedGroup,
    ConnectionSecret,
    Infrastructure,
    Key,
    Passwords,
    Resource,
    Secret,
    Tiered,
    final_snapshot,
    keep,
    pin,
    trust_policy,
)
from twinstack.environment import Access, SecretValue
from twinstack.environment.maintenance import Apply
from twinstack.policy.accepted import Accepted
from twinstack.postgres.certificates import CA_IDENTIFIER
from twinstack.postgres.monitor.aws import Monitor
from twinstack.postgres.parameters.aws import parameter_group
from twinstack.postgres.parts import HOST, PASSWORD, USER, after_address
from twinstack.postgres.restore import PostgresRestore
from twinstack.postgres.spec import LOGS, PostgresSpec


class Postgres(Resource[PostgresSpec]):
    """An RDS instance: private, encrypted, TLS only, its passwords made and kept by AWS.

    Sources: Amazon RDS User Guide, "Security in Amazon RDS", "Exporting PostgreSQL logs", "Enhanced Monitoring".
    """

    def __init__(self, scope: Infrastructure[Any], spec: PostgresSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec)
        self.key: Key = Key(
            self,
            spec.key,
            spec.key_name,
            context=self.context,
            purpose=f"{spec.identifier}: storage, backups, secrets",
        )
        self.security_group: ClosedGroup = ClosedGroup(
            self,
            spec.key,
            name=spec.security_group_name,
            vpc_id=network.vpc_id,
            description=f"PostgreSQL of {spec.identifier}",
        )
        self.subnet_group: DbSubnetGroup = pin(
            DbSubnetGroup(
                self,
                "subnet-group",
                name=spec.identifier,
                description=f"Database subnets of {spec.identifier}",
                subnet_ids=list(network.database_subnet_ids),
                tags={"Name": spec.identifier},
            ),
            spec.key,
        )
        self.parameter_group: DbParameterGroup = parameter_group(self, spec, spec.family)
        self.former_parameter_group: DbParameterGroup | None = (
            parameter_group(self, spec, spec.former_family, kept=True) if spec.former_family else None
        )
        # Before, one address was for whichever family the instance had.
        (self.former_parameter_group or self.parameter_group).move_from_id(f"aws_db_parameter_group.{spec.key}")
        self.log_groups: list[CloudwatchLogGroup] = [
            one for number in spec.instances for one in self._make_log_groups(number)
        ]
        self.monitoring_role: IamRole | None
        self.monitoring_role, self._monitoring_policy = (
            self._make_monitoring_role() if spec.monitoring_interval_seconds else (None, None)
        )
        self.passwords: Passwords = Passwords(
            self,
            f"{spec.key}_passwords",
            spec.passwords,
            (spec.admin_user, spec.application_user),
            stack=scope,
            key=self.key,
            description=f"Passwords of {spec.admin_user} and {spec.application_user}. Read by Terraform only.",
        )
        self.instances: dict[int, DbInstance] = {number: self._make_instance(number) for number in spec.instances}
        self.instance: DbInstance = self.instances[spec.answering()]
        self._forget_former()
        self.replica: DbInstance | None = self._make_replica() if spec.replica else None
        self._publish()

    @property
    def resource(self) -> DbInstance:
        return self.instance

    def admit(self, cluster: Admitting) -> None:
        self.security_group.admit(cluster.security_group_id, self.spec.PORT, f"Pods of {cluster.cluster_name}")

    def _make_log_groups(self, number: int) -> list[CloudwatchLogGroup]:
        spec = self.spec
        return [
            self.stack.log_group(
                self,
                f"{spec.key}_{_restored(number)}{log}",
                spec.log_group_name(log, number=number),
                retention_days=spec.log_retention_days,
            )
            for log in LOGS
        ]

    def _make_instance(self, number: int) -> DbInstance:
        """The first one, or one that a restoration made: its storage, its database and its master user are the former's."""
        spec, restore = self.spec, self.spec.restore_from
        identifier = spec.identifier_of(number)
        own: dict[str, Any] = {
            "allocated_storage": spec.storage_gib,
            "db_name": spec.database,
            "username": spec.admin_user,
            "snapshot_identifier": spec.restore_from_snapshot,
        }
        source = self._source(restore) if restore and number == restore.number else {}
        instance = DbInstance(
            self,
            f"restored-{number}" if number else "instance",
            identifier=identifier,
            engine="postgres",
            engine_version=spec.engine_version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            allow_major_version_upgrade=True if spec.upgrade_from else None,
            instance_class=spec.instance_class,
            kms_key_id=self.key.arn if spec.encrypted else None,
            password_wo=f"${{{self.passwords.read(spec.admin_user)}}}",
            password_wo_version=spec.password_version,
            port=spec.PORT,
            db_subnet_group_name=self.subnet_group.name,
            multi_az=spec.multi_az,
            backup_retention_period=spec.backup_retention_days,
            backup_window=spec.backup_window,
            delete_automated_backups=not self.context.protected,
            deletion_protection=spec.deletion_protection,
            skip_final_snapshot=not spec.final_snapshot,
            final_snapshot_identifier=final_snapshot(identifier, self.key, spec.final_snapshot_generation)
            if spec.final_snapshot
            else None,
            tags={"Name": self._title(f"restored {number}", identifier) if number else spec.title_tag},
            blue_green_update=DbInstanceBlueGreenUpdate(enabled=True) if spec.blue_green_update else None,
            lifecycle=keep(self.context),
            **(source if number else own),
            **self._common([one for one in self.log_groups if one.name_input in self._logs_of(number)]),
        )
        if number or spec.restore_from_snapshot:
            # It is for an instance that is not there: of one that is, it would order the replacement.
            made_of = ["restore_to_point_in_time"] if number else []
            instance.add_override("lifecycle.ignore_changes", [*made_of, "snapshot_identifier"])
        return pin(instance, self._address(number))

    def _source(self, restore: PostgresRestore) -> dict[str, Any]:
        """What a restored instance is made of."""
        if restore.snapshot:
            return {"snapshot_identifier": restore.snapshot}
        former = restore.number - 1
        return {
            "restore_to_point_in_time": DbInstanceRestoreToPointInTime(
                source_db_instance_identifier=f"${{aws_db_instance.{self._address(former)}.identifier}}"
                if restore.keep_former
                else self.spec.identifier_of(former),
                restore_time=restore.moment,
                use_latest_restorable_time=None if restore.moment else True,
            )
        }

    def _forget_former(self) -> None:
        """Instances that a later one took the place of stay in AWS, with their logs, and go out of the state."""
        for number in range(self.spec.instances[0]):
            self.stack.forget(f"aws_db_instance.{self._address(number)}")
            for log in LOGS:
                self.stack.forget(f"aws_cloudwatch_log_group.{self.spec.key}_{_restored(number)}{log}")

    def _title(self, which: str, identifier: str) -> str:
        """The `Name` tag of another instance than the first."""
        return f"{self.spec.title} {which}" if self.spec.title else identifier

    def _address(self, number: int) -> str:
        return f"{self.spec.key}_{_restored(number)}".removesuffix("_")

    def _logs_of(self, number: int) -> list[str]:
        return [self.spec.log_group_name(log, number=number) for log in LOGS]

    def _make_replica(self) -> DbInstance:
        """It has the database's key, security group, parameters and users; what is its own is its machine and its logs."""
        spec, replica = self.spec, self.spec.replica
        assert replica is not None
        logs = [
            self.stack.log_group(
                self,
                f"{spec.key}_replica_{log}",
                spec.log_group_name(log, of_replica=True),
                retention_days=spec.log_retention_days,
            )
            for log in LOGS
        ]
        instance = DbInstance(
            self,
            "replica",
            identifier=spec.replica_identifier,
            replicate_source_db=self.instance.identifier,
            instance_class=replica.instance_class,
            multi_az=replica.multi_az,
            deletion_protection=False,  # it holds nothing of its own
            skip_final_snapshot=True,  # RDS takes none of a replica
            tags={"Name": self._title("replica", spec.replica_identifier)},
            **self._common(logs),
        )
        return pin(instance, f"{spec.key}_replica")

    def _common(self, log_groups: Sequence[CloudwatchLogGroup]) -> dict[str, Any]:
        """What the database and its replica have alike: storage, network, parameters, and what is watched of them."""
        spec = self.spec
        insights = spec.performance_insights
        return {
            "storage_type": "gp3",
            "max_allocated_storage": spec.storage_ceiling_gib,
            "storage_encrypted": spec.encrypted,
            "auto_minor_version_upgrade": True,
            "apply_immediately": spec.apply is Apply.NOW,
            "vpc_security_group_ids": [self.security_group.id],
            "publicly_accessible": False,
            "ca_cert_identifier": CA_IDENTIFIER,
            "parameter_group_name": self.parameter_group.name,
            "maintenance_window": spec.maintenance_window,
            "copy_tags_to_snapshot": True,
            "enabled_cloudwatch_logs_exports": list(LOGS),
            "monitoring_interval": spec.monitoring_interval_seconds,
            "monitoring_role_arn": self.monitoring_role.arn if self.monitoring_role else None,
            "database_insights_mode": "standard",
            "performance_insights_enabled": insights,
            "performance_insights_retention_period": 7 if insights else None,
            "performance_insights_kms_key_id": self.key.arn if insights and spec.encrypted else None,
            "depends_on": [*log_groups, *([self._monitoring_policy] if self._monitoring_policy else [])],
        }

    def _publish(self) -> None:
        spec = self.spec
        self.url: Secret = self._connection("url", spec.url, spec.application_user, spec.role_of)
        self.admin_url: Secret | None = (
            self._connection("admin_url", spec.admin_url, spec.admin_user, lambda _: spec.admin_user)
            if spec.is_used_with(Access.ADMIN)
            else None
        )
        self.monitor: Monitor | None = (
            Monitor(self, spec, stack=self.stack, key=self.key, endpoint=self._endpoint)
            if spec.is_used_with(Access.MONITOR)
            else None
        )
        self.connection: Secret | None = (
            self._parts("connection", spec.connection, spec.application_user, spec.role_of)
            if spec.delivers(spec.connection)
            else None
        )
        self.admin_connection: Secret | None = (
            self._parts("admin_connection", spec.admin_connection, spec.admin_user, lambda _: spec.admin_user)
            if spec.delivers(spec.admin_connection)
            else None
        )
        self.replica_connection: Secret | None = (
            self._publish_replica() if spec.delivers(spec.replica_connection) else None
        )
        self.stack.output(
            f"{spec.key}_address",
            f"${{{self._endpoint()}}}",
            "The database's address, inside the network only",
        )

    def _connection(self, part: str, value: SecretValue, user: str, role_of: Callable[[int], str]) -> Secret:
        """`user` has the password of each version, which `role_of` that version connects with."""
        rest = after_address(self.spec)
        return self._written(
            part,
            value,
            f"postgresql://{user}:PASSWORD@ADDRESS{rest}",
            lambda version: (
                f"postgresql://{role_of(version)}:${{{self.passwords.read(user, version)}}}@${{{self._endpoint(version)}}}{rest}"
            ),
        )

    def _parts(self, part: str, value: SecretValue, user: str, role_of: Callable[[int], str]) -> Secret:
        """The parts of the same connection as a JSON object, each version's with the password and role of that version."""
        return self._written(
            part,
            value,
            f"{HOST}, {USER} and {PASSWORD} of {user} as JSON",
            lambda version: (
                f"${{jsonencode({{ {HOST} = {self._endpoint(version)}, "
                f'{USER} = "{role_of(version)}", {PASSWORD} = {self.passwords.read(user, version)} }})}}'
            ),
        )

    def _written(
        self, part: str, value: SecretValue, shape: str, text_of: Callable[[int], str], endpoint: str | None = None
    ) -> Secret:
        """The secret of one way to say the connection: what `text_of` gives for each version."""
        return ConnectionSecret(
            self,
            f"{self.spec.key}_{part}",
            value,
            stack=self.stack,
            key=self.key,
            shape=shape,
            url=text_of,
            endpoint=endpoint or self._endpoint,
        )

    def _publish_replica(self) -> Secret:
        """What answers reads, the replica or the database, by entries that are named after it."""
        spec, reader = self.spec, self.spec.reader
        replica = f"aws_db_instance.{spec.key}_replica.address" if reader == "replica" else None
        rest = after_address(spec)

        def entries(version: int) -> str:
            role, password = spec.role_of(version), self.passwords.read(spec.application_user, version)
            endpoint = replica or self._endpoint(version)
            url = f"postgresql://{role}:${{{password}}}@${{{endpoint}}}{rest}"
            return (
                f'${{jsonencode({{ {reader}_url = "{url}", {reader}_{HOST} = {endpoint}, {reader}_{USER} = "{role}", '
                f"{reader}_{PASSWORD} = {password} }})}}"
            )

        return self._written(
            "replica",
            spec.replica_connection,
            f"url, {HOST}, {USER} and {PASSWORD} of {spec.application_user} at the {reader} as JSON",
            entries,
            replica,
        )

    def _endpoint(self, version: int | None = None) -> str:
        """The address of the instance that the connections of this password version lead to."""
        return f"aws_db_instance.{self._address(self.spec.answering(version))}.address"

    @property
    def _arns(self) -> list[str]:
        """What the database's instances and its replica are called, before they are there."""
        spec = self.spec
        of_account = f"arn:aws:rds:{self.context.region}:{self.context.account}:db"
        replica = [spec.replica_identifier] if spec.replica else []
        return [f"{of_account}:{name}" for name in (*map(spec.identifier_of, spec.instances), *replica)]

    def _make_monitoring_role(self) -> tuple[IamRole, IamRolePolicyAttachment]:
        name = self.spec.monitoring_role_name
        role = IamRole(
            self,
            "monitoring-role",
            name=name,
            assume_role_policy=trust_policy(
                "monitoring.rds.amazonaws.com",
                conditions={
                    "StringEquals": {
                        "aws:SourceAccount": self.context.account,
                        "aws:SourceArn": self._arns if len(self._arns) > 1 else self._arns[0],
                    }
                },
            ),
            tags={"Name": name},
        )
        pin(role, f"{self.spec.key}_monitoring")
        attachment = IamRolePolicyAttachment(
            self,
            "monitoring-policy",
            role=role.name,
            policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        )
        return role, pin(attachment, f"{self.spec.key}_monitoring")


def _restored(number: int) -> str:
    return f"restored_{number}_" if number else ""


ACCEPTED = (
    Accepted(
        "CKV_AWS_161",
        "aws_db_instance",
        "Workloads connect with a role's password from Secrets Manager; an IAM token lives for 15 minutes, which connection pools do not renew.",
    ),
)

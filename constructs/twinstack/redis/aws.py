"""What a Redis cache becomes on AWS."""

from __future__ import annotations

from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup

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
)
from twinstack.environment import SecretValue
from twinstack.environment.maintenance import Apply
from twinstack.policy.accepted import Accepted
from twinstack.redis.databases import OWN, others, url_of
from twinstack.redis.spec import LOGS, RedisSpec


class Redis(Resource[RedisSpec]):
    """An ElastiCache replication group: private, encrypted at rest and in transit, with a password.

    Sources: Amazon ElastiCache User Guide, "Security", "Authenticating with AUTH", "Log delivery".
    """

    def __init__(self, scope: Infrastructure[Any], spec: RedisSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec)
        name = spec.replication_group_id
        self.key: Key = Key(self, spec.key, name, context=self.context, purpose=f"{name}: storage, snapshots, secrets")
        self.security_group: ClosedGroup = ClosedGroup(
            self, spec.key, name=name, vpc_id=network.vpc_id, description=f"Redis of {name}"
        )
        self.subnet_group: ElasticacheSubnetGroup = pin(
            ElasticacheSubnetGroup(
                self,
                "subnet-group",
                name=name,
                description=f"Database subnets of {name}",
                subnet_ids=list(network.database_subnet_ids),
                tags={"Name": name},
            ),
            spec.key,
        )
        self.parameter_group: ElasticacheParameterGroup = self._make_parameter_group(spec.family)
        self.former_parameter_group: ElasticacheParameterGroup | None = (
            self._make_parameter_group(spec.upgrade_from, kept=True) if spec.upgrade_from else None
        )
        # Before, one address was for whichever family the group had.
        (self.former_parameter_group or self.parameter_group).move_from_id(
            f"aws_elasticache_parameter_group.{spec.key}"
        )
        self.log_groups: list[CloudwatchLogGroup] = [
            scope.log_group(
                self,
                f"{spec.key}_{log.replace('-', '_')}",
                spec.log_group_name(log),
                retention_days=spec.log_retention_days,
            )
            for log in LOGS
        ]
        self.passwords: Passwords | None = (
            Passwords(
                self,
                f"{spec.key}_password",
                spec.password,
                (ENTRY,),
                stack=scope,
                key=self.key,
                description=f"Password of {name}. Read by Terraform only.",
            )
            if spec.encrypted
            else None
        )
        self.replication_group: ElasticacheReplicationGroup = self._make_replication_group()
        self.stack.output(
            f"{spec.key}_address", f"${{{self._endpoint}}}", "The cache's address, inside the network only"
        )
        self.url: Secret = self._publish("url", spec.url, OWN)
        self.urls: dict[str, Secret] = {
            name: self._publish(f"url_{name}", url_of(spec, name), number) for name, number in others(spec).items()
        }
        """Those of further databases, by their names."""
        self.connection: Secret | None = self._publish_parts() if spec.delivers(spec.connection) else None

    @property
    def resource(self) -> ElasticacheReplicationGroup:
        return self.replication_group

    def admit(self, cluster: Admitting) -> None:
        self.security_group.admit(cluster.security_group_id, self.spec.PORT, f"Pods of {cluster.cluster_name}")

    def _make_parameter_group(self, family: str, *, kept: bool = False) -> ElasticacheParameterGroup:
        """One for each family, by name and address. `kept`: the one that the replication group leaves, as it is.

        ElastiCache deletes none that is in use, which the old one is until the upgrade is carried out. Source: the
        provider's internal/service/elasticache/parameter_group.go, which gives up after three minutes (read at 0593466).
        """
        spec = self.spec
        name = f"{spec.replication_group_id}-{family}"
        group = ElasticacheParameterGroup(
            self,
            f"parameter-group-{family}",
            name=name,
            family=family,
            description=f"Parameters of {spec.replication_group_id}",
            parameter=[ElasticacheParameterGroupParameter(**one) for one in (*spec.policy_blocks, *spec.own_blocks)],
            tags={"Name": name},
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True, ignore_changes=["parameter"] if kept else None
            ),
        )
        return pin(group, f"{spec.key}_{family}")

    def _make_replication_group(self) -> ElasticacheReplicationGroup:
        spec = self.spec
        group = ElasticacheReplicationGroup(
            self,
            "replication-group",
            replication_group_id=spec.replication_group_id,
            description=f"Redis of {self.stack.environment.stack_id}",
            engine=spec.engine,
            engine_version=spec.engine_version,
            node_type=spec.node_type,
            num_cache_clusters=spec.nodes,
            automatic_failover_enabled=spec.is_multi_az,
            multi_az_enabled=spec.is_multi_az,
            parameter_group_name=self.parameter_group.name,
            port=spec.PORT,
            subnet_group_name=self.subnet_group.name,
            security_group_ids=[self.security_group.id],
            at_rest_encryption_enabled="true" if spec.encrypted else "false",
            kms_key_id=self.key.arn if spec.encrypted else None,
            transit_encryption_enabled=spec.encrypted,
            auth_token_update_strategy="ROTATE" if self.passwords else None,
            auto_minor_version_upgrade="true",
            apply_immediately=spec.apply is Apply.NOW,
            maintenance_window=spec.maintenance_window,
            snapshot_retention_limit=spec.snapshot_retention_days,
            snapshot_window=spec.snapshot_window if spec.snapshot_retention_days else None,
            final_snapshot_identifier=final_snapshot(
                spec.replication_group_id, self.key, spec.final_snapshot_generation
            )
            if self.context.protected
            else None,
            log_delivery_configuration=[
                ElasticacheReplicationGroupLogDeliveryConfiguration(
                    destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type=log
                )
                for log, group in zip(LOGS, self.log_groups, strict=True)
            ],
            tags={"Name": spec.title_tag},
            lifecycle=keep(self.context),
        )
        if self.passwords:  # newer than the bindings: the provider has these arguments since after 6.25
            group.add_override("auth_token_wo", f"${{{self.passwords.read(ENTRY)}}}")
            group.add_override("auth_token_wo_version", spec.password_version)
        return pin(group, spec.key)

    @property
    def _endpoint(self) -> str:
        return f"aws_elasticache_replication_group.{self.spec.key}.primary_endpoint_address"

    def _publish(self, part: str, value: SecretValue, database: int) -> Secret:
        """The whole connection URL of one database. Celery refuses `rediss` without a word on the server's certificate."""
        spec = self.spec
        scheme, options = ("rediss", "?ssl_cert_reqs=required") if spec.encrypted else ("redis", "")
        rest = f":{spec.PORT}/{database}{options}"
        passwords, endpoint = self.passwords, self._endpoint
        return ConnectionSecret(
            self,
            f"{spec.key}_{part}",
            value,
            stack=self.stack,
            key=self.key,
            shape=f"{scheme}://:PASSWORD@ADDRESS{rest}",
            url=lambda version: (
                f"{scheme}://"
                + (f":${{{passwords.read(ENTRY, version)}}}@" if passwords else "")
                + f"${{{endpoint}}}{rest}"
            ),
            endpoint=endpoint,
        )

    def _publish_parts(self) -> Secret:
        """The host, and the password of each version, as a JSON object."""
        spec, passwords, endpoint = self.spec, self.passwords, self._endpoint
        return ConnectionSecret(
            self,
            f"{spec.key}_connection",
            spec.connection,
            stack=self.stack,
            key=self.key,
            shape="host and password as JSON" if passwords else "host as JSON",
            url=lambda version: (
                f"${{jsonencode({{ host = {endpoint}"
                + (f", password = {passwords.read(ENTRY, version)}" if passwords else "")
                + " })}"
            ),
            endpoint=endpoint,
        )


ENTRY = "token"
"""The name of the password within its secret."""
ACCEPTED = (
    Accepted(
        "CKV_AWS_31",
        "aws_elasticache_replication_group",
        "The password is set by the write-only auth_token_wo, which the scanner does not know; auth_token would keep it in the state.",
    ),
)

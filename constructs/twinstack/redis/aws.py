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
    keep,
    pin,
)
from twinstack.policy.accepted import Accepted
from twinstack.redis.spec import RedisSpec


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
        self.parameter_group: ElasticacheParameterGroup = pin(
            ElasticacheParameterGroup(
                self,
                "parameter-group",
                name=f"{name}-{spec.family}",
                family=spec.family,
                description=f"Parameters of {name}",
                parameter=[ElasticacheParameterGroupParameter(name="maxmemory-policy", value=spec.max_memory_policy)],
                tags={"Name": f"{name}-{spec.family}"},
                # Named after its family: an upgrade moves engine and group at once, and the old group goes last.
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            spec.key,
        )
        self.log_groups: list[CloudwatchLogGroup] = [
            scope.log_group(
                self,
                f"{spec.key}_{log.replace('-', '_')}",
                f"/aws/elasticache/{name}/{log}",
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
        self.url: Secret = self._publish()

    @property
    def resource(self) -> ElasticacheReplicationGroup:
        return self.replication_group

    def admit(self, cluster: Admitting) -> None:
        self.security_group.admit(cluster.security_group_id, self.spec.PORT, f"Pods of {cluster.cluster_name}")

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
            maintenance_window=spec.maintenance_window,
            snapshot_retention_limit=spec.snapshot_retention_days,
            snapshot_window=spec.snapshot_window if spec.snapshot_retention_days else None,
            final_snapshot_identifier=f"{spec.replication_group_id}-final" if self.context.protected else None,
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

    def _publish(self) -> Secret:
        """The whole connection URL. Celery refuses `rediss` without a word on the server's certificate."""
        spec = self.spec
        scheme, options = ("rediss", "?ssl_cert_reqs=required") if spec.encrypted else ("redis", "")
        rest = f":{spec.PORT}/0{options}"
        user = f":${{{self.passwords.read(ENTRY)}}}@" if self.passwords else ""
        endpoint = f"aws_elasticache_replication_group.{spec.key}.primary_endpoint_address"
        self.stack.output(f"{spec.key}_address", f"${{{endpoint}}}", "The cache's address, inside the network only")
        return ConnectionSecret(
            self,
            f"{spec.key}_url",
            spec.url,
            stack=self.stack,
            key=self.key,
            shape=f"{scheme}://:PASSWORD@ADDRESS{rest}",
            url=f"{scheme}://{user}${{{endpoint}}}{rest}",
            endpoint=endpoint,
        )


LOGS = ("slow-log", "engine-log")
ENTRY = "token"
"""The name of the password within its secret."""
ACCEPTED = (
    Accepted(
        "CKV_AWS_31",
        "aws_elasticache_replication_group",
        "The password is set by the write-only auth_token_wo, which the scanner does not know; auth_token would keep it in the state.",
    ),
)

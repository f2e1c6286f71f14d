"""What a DocumentDB cluster becomes on AWS."""

from __future__ import annotations

from typing import Any

from cdktf_cdktf_provider_aws.docdb_cluster import DocdbCluster
from cdktf_cdktf_provider_aws.docdb_cluster_instance import DocdbClusterInstance
from cdktf_cdktf_provider_aws.docdb_subnet_group import DocdbSubnetGroup

from acme_documents.spec import DocumentsSpec
from twinstack.aws import (
    Admitting,
    ClosedGroup,
    ConnectionSecret,
    Infrastructure,
    Key,
    Passwords,
    Resource,
    Tiered,
    keep,
    pin,
)

USER = "documents_admin"
ENTRY = "password"  # the password's name within its secret


class Documents(Resource[DocumentsSpec]):
    def __init__(self, scope: Infrastructure[Any], spec: DocumentsSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec)
        name = spec.aws_name
        self.key = Key(self, spec.key, name, context=self.context, purpose=f"{name}: storage, backups, secrets")
        self.security_group = ClosedGroup(
            self, spec.key, name=name, vpc_id=network.vpc_id, description=f"DocumentDB of {name}"
        )
        self.subnet_group = pin(
            DocdbSubnetGroup(self, "subnet-group", name=name, subnet_ids=list(network.database_subnet_ids)), spec.key
        )
        self.passwords = Passwords(
            self,
            f"{spec.key}_password",
            spec.password,
            (ENTRY,),
            stack=scope,
            key=self.key,
            description=f"Password of {name}. Read by Terraform only.",
        )
        self.cluster = pin(
            DocdbCluster(
                self,
                "cluster",
                cluster_identifier=name,
                engine="docdb",
                master_username=USER,
                master_password_wo=f"${{{self.passwords.read(ENTRY)}}}",
                master_password_wo_version=spec.password_version,
                port=spec.PORT,
                db_subnet_group_name=self.subnet_group.name,
                vpc_security_group_ids=[self.security_group.id],
                storage_encrypted=True,
                kms_key_id=self.key.arn,
                deletion_protection=self.context.protected,
                skip_final_snapshot=not self.context.protected,
                final_snapshot_identifier=f"{name}-final" if self.context.protected else None,
                tags={"Name": spec.title_tag},
                lifecycle=keep(self.context),
            ),
            spec.key,
        )
        self.instances = [
            pin(
                DocdbClusterInstance(
                    self,
                    f"instance-{number}",
                    identifier=f"{name}-{number}",
                    cluster_identifier=self.cluster.id,
                    instance_class=spec.instance_class,
                ),
                f"{spec.key}_{number}",
            )
            for number in range(1, spec.instances + 1)
        ]
        self._publish()

    @property
    def resource(self) -> DocdbCluster:
        return self.cluster

    def admit(self, cluster: Admitting) -> None:
        self.security_group.admit(cluster.security_group_id, self.spec.PORT, f"Pods of {cluster.cluster_name}")

    def _publish(self) -> None:
        spec = self.spec
        endpoint = f"aws_docdb_cluster.{spec.key}.endpoint"
        rest = f":{spec.PORT}/?tls=true&replicaSet=rs0&retryWrites=false"
        ConnectionSecret(
            self,
            f"{spec.key}_url",
            spec.url,
            stack=self.stack,
            key=self.key,
            shape=f"mongodb://{USER}:PASSWORD@ADDRESS{rest}",
            url=f"mongodb://{USER}:${{{self.passwords.read(ENTRY)}}}@${{{endpoint}}}{rest}",
            endpoint=endpoint,
        )

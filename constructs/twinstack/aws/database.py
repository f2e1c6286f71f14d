"""What every database-like resource shares: a closed security group that admits the cluster, its subnets, and its last snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.key import Key


class Tiered(Protocol):
    """A network with a tier for databases."""

    vpc_id: str
    database_subnet_ids: Sequence[str]


class ClosedGroup(Construct):
    """A security group that lets nothing out, and in only whom it is told to admit.

    Rules are resources of their own, so that a rule can go without touching the group. Source: Terraform AWS provider,
    "Resource: aws_security_group".
    """

    def __init__(self, scope: Construct, address: str, *, name: str, vpc_id: str, description: str) -> None:
        super().__init__(scope, "security-group")
        self.address = address
        self.group: SecurityGroup = pin(
            SecurityGroup(self, "group", name=name, description=description, vpc_id=vpc_id, tags={"Name": name}),
            address,
        )
        self.id: str = self.group.id
        self.rules: list[VpcSecurityGroupIngressRule] = []

    @property
    def resource(self) -> SecurityGroup:
        return self.group

    def admit(self, source_group_id: str, port: int, description: str) -> None:
        """One rule for TCP on one port from one group."""
        rule = VpcSecurityGroupIngressRule(
            self,
            f"from-cluster-{port}",
            security_group_id=self.id,
            referenced_security_group_id=source_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
        )
        self.rules.append(pin(rule, f"{self.address}_{port}"))


def final_snapshot(name: str, key: Key, generation: int) -> str:
    """What the snapshot at the end of `name` is called.

    AWS refuses a name that is taken, and with it the deletion. The key is made anew with what it encrypts, so a part of
    its id tells one life of the name from the next; `generation` does where only the thing itself was replaced.
    """
    ending = f"-{generation}" if generation > 1 else ""
    return f"{name}-final-${{substr(aws_kms_key.{key.address}.key_id, 0, 8)}}{ending}"

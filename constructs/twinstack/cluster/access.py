"""Who reaches the API server, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.eks_access_policy_association import (
    EksAccessPolicyAssociation,
    EksAccessPolicyAssociationAccessScope,
)
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from twinstack.aws import pin
from twinstack.cluster.spec import ClusterSpec, access_address


def give_access(scope: Construct, spec: ClusterSpec, cluster_name: str) -> list[EksAccessEntry]:
    """An access entry for each administrator, with EKS' policy for the whole cluster, and for each deployer.

    A deployer's is a Kubernetes group, to which the manifests bind a Role of the product's namespace: none of EKS' own
    policies knows a custom resource (AmazonEKSEditPolicy refuses a SecretProviderClass), and this one reads every
    Secret. Sources, read on 28 November 2026: Amazon EKS User Guide, "Review access policy permissions" and "Create
    access entries"; aws/containers-roadmap#2437.
    """
    entries: list[EksAccessEntry] = []
    for name, arn in zip(spec.administrators, spec.administrator_arns, strict=True):
        address = f"{spec.key}_{access_address(name)}"
        entry = EksAccessEntry(scope, f"access-{name}", cluster_name=cluster_name, principal_arn=arn)
        entries.append(pin(entry, address))
        pin(
            EksAccessPolicyAssociation(
                scope,
                f"administer-{name}",
                cluster_name=cluster_name,
                principal_arn=entry.principal_arn,
                policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                access_scope=EksAccessPolicyAssociationAccessScope(type="cluster"),
            ),
            address,
        )
    for name, arn in zip(spec.deployers, spec.deployer_arns, strict=True):
        entry = EksAccessEntry(
            scope,
            f"access-{name}",
            cluster_name=cluster_name,
            principal_arn=arn,
            kubernetes_groups=[spec.deployer_group] if spec.deployer_group else None,
        )
        entries.append(pin(entry, f"{spec.key}_{access_address(name)}"))
    return entries


def admit_callers(scope: Construct, spec: ClusterSpec, cluster_group_id: str) -> list[VpcSecurityGroupIngressRule]:
    """The way to the API server's private address. Of itself the cluster's group admits its own members alone.

    Source: Amazon EKS User Guide, "Cluster API server endpoint", "Accessing a private only API server".
    """
    return [
        pin(
            VpcSecurityGroupIngressRule(
                scope,
                f"from-{part}",
                security_group_id=cluster_group_id,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                cidr_ipv4=cidr,
                referenced_security_group_id=group,
                description=f"kubectl from {cidr or group}",
            ),
            f"{spec.key}_from_{part}",
        )
        for part, cidr, group in _callers(spec)
    ]


def _callers(spec: ClusterSpec) -> Iterator[tuple[str, str | None, str | None]]:
    """Each with its part of the address, so that one can go without moving the others."""
    for cidr in dict.fromkeys(spec.private_access_cidrs):
        yield access_address(str(cidr)), str(cidr), None
    for group in dict.fromkeys(spec.private_access_security_groups):
        yield access_address(group), None, group


HTTPS: Final = 443

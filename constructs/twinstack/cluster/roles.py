"""What a cluster's control plane and its nodes may do in the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from twinstack.aws import Key, Statement, pin, policy_document, trust_policy
from twinstack.aws.identity import pod_trust
from twinstack.cluster.spec import ClusterSpec


class Role(Construct):
    """An IAM role with AWS's managed policies and, where those are not enough, statements of our own."""

    def __init__(
        self,
        scope: Construct,
        part: str,
        *,
        address: str,
        name: str,
        trust: str,
        managed: Sequence[str],
        statements: Sequence[Statement] = (),
    ) -> None:
        super().__init__(scope, f"{part}-role")
        self.role: IamRole = pin(
            IamRole(self, "role", name=name, assume_role_policy=trust, tags={"Name": name}), address
        )
        self.arn: str = self.role.arn
        self.grants: list[ITerraformDependable] = []
        """What must be in place before the role is used."""
        for policy in managed:
            arn = f"arn:aws:iam::aws:policy/{policy}"
            attachment = IamRolePolicyAttachment(self, policy, role=self.role.name, policy_arn=arn)
            self.grants.append(pin(attachment, f"{address}_{policy.rpartition('/')[2].lower()}"))
        if statements:
            policy = IamRolePolicy(self, "policy", name=part, role=self.role.id, policy=policy_document(statements))
            self.grants.append(pin(policy, address))

    @property
    def resource(self) -> IamRole:
        return self.role


def cluster_role(scope: Construct, spec: ClusterSpec, key: Key) -> Role:
    """What EKS does in the cluster's name: with Auto Mode also nodes, volumes and load balancers.

    EKS takes it for this cluster only. Sources: Amazon EKS User Guide, "Amazon EKS Auto Mode cluster IAM role", "Encrypt
    Kubernetes secrets with KMS" and "Cross-service confused deputy prevention" (of 19 August 2025).
    """
    secrets = ("kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey")
    return Role(
        scope,
        "cluster",
        address=spec.key,
        name=spec.aws_name_of("cluster"),
        trust=trust_policy(
            "eks.amazonaws.com",
            tag_session=True,
            conditions={
                "StringEquals": {"aws:SourceAccount": spec.context.account},
                "ArnLike": {"aws:SourceArn": spec.arn},
            },
        ),
        managed=CLUSTER_POLICIES if spec.is_auto else CLUSTER_POLICIES[:1],
        statements=[Statement("SecretsKey", secrets, [key.arn]), *(_load_balancer_tags(spec) if spec.is_auto else ())],
    )


def node_role(scope: Construct, spec: ClusterSpec) -> Role:
    """What the nodes do: join, and pull images. EC2 hands it to an instance of this account only, and AWS documents no
    source for that service: nothing to compare.
    """
    return Role(
        scope,
        "node",
        address=f"{spec.key}_node",
        name=spec.aws_name_of("node"),
        trust=trust_policy("ec2.amazonaws.com"),
        managed=AUTO_NODE_POLICIES if spec.is_auto else MANAGED_NODE_POLICIES,
    )


def volume_role(scope: Construct, spec: ClusterSpec, cluster_name: str) -> Role:
    """What the EBS CSI driver does where Auto Mode does not do it."""
    return Role(
        scope,
        "volume",
        address=f"{spec.key}_volume",
        name=spec.aws_name_of("volume"),
        trust=pod_trust(spec.context, cluster_name, "kube-system", VOLUME_SERVICE_ACCOUNT),
        managed=("service-role/AmazonEBSCSIDriverPolicy",),
    )


def _load_balancer_tags(spec: ClusterSpec) -> list[Statement]:
    """Lets load balancers carry tags of our own, by which the bill is read.

    The managed policy creates them with EKS's own tags only, and changes no tag of those that exist. Source: Amazon EKS
    User Guide, "Amazon EKS Auto Mode cluster IAM role", custom tags.
    """
    place = f"{spec.context.region}:{spec.context.account}"
    balancing = f"arn:aws:elasticloadbalancing:{place}"
    resources = [
        f"{balancing}:loadbalancer/app/*",
        f"{balancing}:listener/app/*",
        f"{balancing}:listener-rule/app/*",
        f"{balancing}:targetgroup/*",
        f"arn:aws:ec2:{place}:security-group/*",
    ]
    create = (
        *(f"elasticloadbalancing:Create{kind}" for kind in ("LoadBalancer", "Listener", "Rule", "TargetGroup")),
        "ec2:CreateSecurityGroup",
    )
    change = ("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", "ec2:CreateTags", "ec2:DeleteTags")
    return [
        Statement(
            "CreateTagged", create, resources, {"StringEquals": {f"aws:RequestTag/{OWNER_TAG}": spec.cluster_name}}
        ),
        Statement(
            "ChangeTags", change, resources, {"StringEquals": {f"aws:ResourceTag/{OWNER_TAG}": spec.cluster_name}}
        ),
    ]


CLUSTER_POLICIES: Final = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
"""The first is every cluster's; the others are what Auto Mode does in its name."""
AUTO_NODE_POLICIES: Final = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
MANAGED_NODE_POLICIES: Final = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
)
OWNER_TAG: Final = "eks:eks-cluster-name"
"""The tag that EKS gives to everything Auto Mode makes."""
VOLUME_SERVICE_ACCOUNT: Final = "ebs-csi-controller-sa"

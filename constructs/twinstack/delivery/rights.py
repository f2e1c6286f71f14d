"""What the pipeline's two roles may do in the account.

**Looking** is AWS's own policy `SecurityAudit`, which reads how things are set and none of the data in them, and the few calls
that Terraform makes beyond it. To plan, Terraform opens the passwords that it wrote: whoever plans can read these.

**Changing** is what Terraform does to the library's own resource types in this region, on things with the environment's names
or tags where the service can tell. Three things it may never do, and a person with more rights applies them: change the
pipeline's own roles, their boundary or the trust in GitHub (they lie under a path of their own); make a role that is not
under the boundary; let somebody into the cluster (access entries). What it may do reaches data all the same: whoever
changes a bucket's or a key's policy can read what lies there, and the passwords are Terraform's to write. That is why a person
approves what it does.

A wildcard stands only at the end of a resource's name, or for the number that AWS gives it. Some calls know no resource: IAM
takes nothing but `*` for those. Source: Service Authorization Reference, of each service.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twinstack.aws import Statement
from twinstack.environment import Context


def looking(
    context: Context, *, state: Sequence[Statement], secrets: Sequence[str], keys: Sequence[str]
) -> list[Statement]:
    """What a plan reads beyond `SecurityAudit`. `secrets` and `keys` are those of the passwords, by ARN."""
    statements = [
        *state,
        Statement("Describe", DESCRIBE, ["*"], {"StringEquals": asked_in(context)}),
        Statement("Cluster", DESCRIBE_CLUSTER, [f"arn:aws:eks:{place_of(context)}:*/{names_of(context)}"]),
    ]
    if secrets:
        via = f"secretsmanager.{context.region}.amazonaws.com"
        statements += [
            Statement("Passwords", ("secretsmanager:GetSecretValue",), secrets),
            Statement("PasswordKeys", ("kms:Decrypt",), keys, {"StringEquals": {"kms:ViaService": via}}),
        ]
    return statements


def state_of(bucket: str, key: str) -> list[Statement]:
    """Reading the state, and its lock: a plan takes it as well."""
    return [
        Statement("State", ("s3:ListBucket",), [f"arn:aws:s3:::{bucket}"]),
        Statement(
            "StateRead", ("s3:GetObject",), [f"arn:aws:s3:::{bucket}/{key}", f"arn:aws:s3:::{bucket}/{key}.tflock"]
        ),
        Statement("StateLock", ("s3:PutObject", "s3:DeleteObject"), [f"arn:aws:s3:::{bucket}/{key}.tflock"]),
    ]


def network(context: Context) -> list[Statement]:
    """The network and what stands at its edge."""
    place = place_of(context)
    return [
        Statement("Network", NETWORK, [f"arn:aws:ec2:{place}:*/*"]),
        Statement("Firewall", FIREWALL, [f"arn:aws:wafv2:{place}:regional/*"]),
        Statement("Certificates", CERTIFICATES, [f"arn:aws:acm:{place}:certificate/*"]),
        Statement(
            "ValidationRecords",
            ("route53:ChangeResourceRecordSets",),
            ["arn:aws:route53:::hostedzone/*"],
            {"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"]}},
        ),
    ]


def data(context: Context, bucket: str, key: str) -> list[Statement]:
    """The database, the cache, buckets, secrets and their keys; and the state, which it writes."""
    place, name = place_of(context), names_of(context)
    via = f"secretsmanager.{context.region}.amazonaws.com"
    tagged = tagged_as(context, "Resource")
    return [
        Statement("StateWrite", ("s3:PutObject",), [f"arn:aws:s3:::{bucket}/{key}"]),
        Statement("Database", DATABASE, [f"arn:aws:rds:{place}:*:{name}", f"arn:aws:rds:{place}:og:default*"]),
        Statement("Cache", CACHE, [f"arn:aws:elasticache:{place}:*:{name}"]),
        Statement("Buckets", BUCKETS, [f"arn:aws:s3:::{name}"]),
        Statement(
            "FileSystems", FILE_SYSTEMS, [f"arn:aws:elasticfilesystem:{place}:file-system/*"], {"StringEquals": tagged}
        ),
        Statement("Secrets", SECRETS, [f"arn:aws:secretsmanager:{place}:secret:{context.prefix}{context.suffix}/*"]),
        Statement("Keys", KEYS, [f"arn:aws:kms:{place}:key/*"], {"StringEquals": tagged}),
        Statement("Aliases", ALIASES, [f"arn:aws:kms:{place}:alias/{name}"]),
        Statement(
            "KeyUse",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            [f"arn:aws:kms:{place}:key/*"],
            {"StringEquals": {**tagged, "kms:ViaService": via}},
        ),
        Statement(
            "KeyGrants",
            ("kms:CreateGrant",),
            [f"arn:aws:kms:{place}:key/*"],
            {"StringEquals": tagged, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def platform(context: Context, boundary: str) -> list[Statement]:
    """The cluster, logs, and roles: none but under the boundary."""
    place, name = place_of(context), names_of(context)
    roles = [f"arn:aws:iam::{context.account}:role/{name}"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    return [
        Statement("New", NEW, ["*"], {"StringEquals": {**asked_in(context), **tagged_as(context, "Request")}}),
        Statement("Cluster", CLUSTER, [f"arn:aws:eks:{place}:*/{name}"]),
        Statement("Logs", LOGS, [f"arn:aws:logs:{place}:log-group:*{name}"]),
        Statement("LogDelivery", LOG_DELIVERY, ["*"], {"StringEquals": asked_in(context)}),
        Statement("BoundedRoles", BOUNDED, roles, bounded),
        Statement("Roles", ROLES, roles),
        Statement("HandOver", ("iam:PassRole",), roles, {"StringEquals": {"iam:PassedToService": list(TAKERS)}}),
        Statement(
            "ServiceRoles",
            ("iam:CreateServiceLinkedRole",),
            [f"arn:aws:iam::{context.account}:role/aws-service-role/*"],
            {"StringEquals": {"iam:AWSServiceName": list(LINKED)}},
        ),
    ]


def boundary_of(context: Context) -> list[dict[str, object]]:
    """The most that any role of the environment can ever mean, whatever its own policies say: no change to who may do what,
    no other role, nothing outside the account's services. EKS makes instance profiles of the nodes' role.
    """
    return [
        {
            "Sid": "NoPower",
            "Effect": "Allow",
            "NotAction": [
                "iam:*",
                "sts:AssumeRole",
                "organizations:*",
                "account:*",
                "sso:*",
                "sso-directory:*",
                "identitystore:*",
            ],
            "Resource": "*",
        },
        {
            "Sid": "NodesOfEks",
            "Effect": "Allow",
            "Action": list(PROFILES),
            "Resource": [
                f"arn:aws:iam::{context.account}:instance-profile/eks*",
                f"arn:aws:iam::{context.account}:role/{names_of(context)}",
            ],
        },
        {
            "Sid": "ServiceRoles",
            "Effect": "Allow",
            "Action": ["iam:CreateServiceLinkedRole", "iam:GetRole"],
            "Resource": f"arn:aws:iam::{context.account}:role/aws-service-role/*",
        },
    ]


def place_of(context: Context) -> str:
    return f"{context.region}:{context.account}"


def names_of(context: Context) -> str:
    """What the environment's own names look like. Production's have no suffix: an account of its own is what parts it."""
    return f"{context.prefix}*{context.suffix}*" if context.suffix else f"{context.prefix}*"


def asked_in(context: Context) -> dict[str, str]:
    """That it is asked of the environment's own region."""
    return {"aws:RequestedRegion": context.region}


def tagged_as(context: Context, whose: str) -> dict[str, str]:
    """The environment's tags on what is asked for (`Request`), or on what is there (`Resource`)."""
    return {f"aws:{whose}Tag/{tag}": context.tags[tag] for tag in ("Environment", "Product")}


def actions_of(service: str, words: str) -> tuple[str, ...]:
    return tuple(f"{service}:{word}" for word in words.split())


DESCRIBE: Final = (
    *actions_of("acm", "GetCertificate"),
    *actions_of("ec2", "GetSecurityGroupsForVpc"),
    *actions_of("eks", "DescribeAddonVersions DescribeAddonConfiguration"),
    *actions_of("elasticache", "ListTagsForResource"),
    *actions_of("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListAliases ListResourceTags"),
    *actions_of("logs", "DescribeLogGroups DescribeResourcePolicies GetLogDelivery ListLogDeliveries ListTagsForResource"),
    *actions_of("rds", "ListTagsForResource"),
    *actions_of("route53", "GetChange GetHostedZone ListHostedZones ListHostedZonesByName ListResourceRecordSets ListTagsForResource"),
    *actions_of("secretsmanager", "DescribeSecret GetRandomPassword GetResourcePolicy"),
    *actions_of("wafv2", "GetLoggingConfiguration GetWebACL ListTagsForResource ListWebACLs"),
)  # fmt: skip
DESCRIBE_CLUSTER: Final = actions_of(
    "eks",
    "DescribeCluster DescribeAddon DescribeNodegroup DescribeUpdate DescribeAccessEntry DescribePodIdentityAssociation "
    "ListAssociatedAccessPolicies ListPodIdentityAssociations ListTagsForResource",
)
NETWORK: Final = actions_of(
    "ec2",
    "CreateVpc DeleteVpc ModifyVpcAttribute CreateSubnet DeleteSubnet ModifySubnetAttribute "
    "CreateRouteTable DeleteRouteTable CreateRoute DeleteRoute ReplaceRoute AssociateRouteTable DisassociateRouteTable "
    "ReplaceRouteTableAssociation CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway "
    "CreateNatGateway DeleteNatGateway AllocateAddress ReleaseAddress AssociateAddress DisassociateAddress "
    "CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints CreateFlowLogs DeleteFlowLogs "
    "CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
    "RevokeSecurityGroupIngress RevokeSecurityGroupEgress ModifySecurityGroupRules "
    "CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate DeleteLaunchTemplateVersions "
    "RunInstances CreateNetworkInterface DetachNetworkInterface DeleteNetworkInterface CreateTags DeleteTags",
)
FIREWALL: Final = actions_of(
    "wafv2",
    "CreateWebACL UpdateWebACL DeleteWebACL PutLoggingConfiguration DeleteLoggingConfiguration TagResource UntagResource",
)
CERTIFICATES: Final = actions_of(
    "acm",
    "DeleteCertificate UpdateCertificateOptions AddTagsToCertificate RemoveTagsFromCertificate",
)
DATABASE: Final = actions_of(
    "rds",
    "CreateDBInstance ModifyDBInstance RebootDBInstance DeleteDBInstance CreateDBSnapshot RestoreDBInstanceFromDBSnapshot "
    "RestoreDBInstanceToPointInTime CreateDBSubnetGroup ModifyDBSubnetGroup DeleteDBSubnetGroup CreateDBParameterGroup "
    "ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup AddTagsToResource RemoveTagsFromResource",
)
CACHE: Final = actions_of(
    "elasticache",
    "CreateReplicationGroup ModifyReplicationGroup DeleteReplicationGroup IncreaseReplicaCount DecreaseReplicaCount "
    "CreateSnapshot CreateCacheSubnetGroup ModifyCacheSubnetGroup DeleteCacheSubnetGroup CreateCacheParameterGroup "
    "ModifyCacheParameterGroup ResetCacheParameterGroup DeleteCacheParameterGroup AddTagsToResource RemoveTagsFromResource",
)
FILE_SYSTEMS: Final = actions_of(
    "elasticfilesystem",
    "UpdateFileSystem DeleteFileSystem PutLifecycleConfiguration PutBackupPolicy PutFileSystemPolicy DeleteFileSystemPolicy "
    "CreateMountTarget DeleteMountTarget ModifyMountTargetSecurityGroups TagResource UntagResource",
)
BUCKETS: Final = actions_of(
    "s3",
    "CreateBucket DeleteBucket PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration PutBucketCORS "
    "PutBucketPublicAccessBlock PutBucketOwnershipControls PutBucketPolicy DeleteBucketPolicy PutBucketTagging",
)
SECRETS: Final = actions_of(
    "secretsmanager",
    "CreateSecret UpdateSecret DeleteSecret RestoreSecret GetSecretValue PutSecretValue UpdateSecretVersionStage TagResource "
    "UntagResource",
)
KEYS: Final = actions_of(
    "kms",
    "EnableKey EnableKeyRotation DisableKeyRotation PutKeyPolicy UpdateKeyDescription ScheduleKeyDeletion CancelKeyDeletion "
    "TagResource UntagResource CreateAlias UpdateAlias DeleteAlias",
)
ALIASES: Final = actions_of("kms", "CreateAlias UpdateAlias DeleteAlias")
NEW: Final = ("acm:RequestCertificate", "eks:CreateCluster", "elasticfilesystem:CreateFileSystem", "kms:CreateKey")
"""What has no ARN before it is made; it is tagged as the environment's."""
CLUSTER: Final = actions_of(
    "eks",
    "DeleteCluster UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig CreateNodegroup "
    "UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup CreateAddon UpdateAddon DeleteAddon "
    "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation TagResource UntagResource",
)
LOGS: Final = actions_of(
    "logs",
    "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey TagResource "
    "UntagResource",
)
LOG_DELIVERY: Final = actions_of("logs", "CreateLogDelivery UpdateLogDelivery DeleteLogDelivery PutResourcePolicy")
BOUNDED: Final = actions_of(
    "iam",
    "CreateRole PutRolePermissionsBoundary PutRolePolicy DeleteRolePolicy AttachRolePolicy DetachRolePolicy",
)
"""What gives a role power: only to one that is under the boundary."""
ROLES: Final = actions_of("iam", "DeleteRole UpdateRole UpdateAssumeRolePolicy TagRole UntagRole")
TAKERS: Final = (
    "eks.amazonaws.com", "ec2.amazonaws.com", "pods.eks.amazonaws.com", "vpc-flow-logs.amazonaws.com", "monitoring.rds.amazonaws.com",
)  # fmt: skip
"""Who is handed a role: Source: the trust policies of the rooms' roles."""
LINKED: Final = (
    "eks.amazonaws.com", "eks-nodegroup.amazonaws.com", "elasticache.amazonaws.com", "rds.amazonaws.com",
    "elasticfilesystem.amazonaws.com", "elasticloadbalancing.amazonaws.com", "spot.amazonaws.com", "wafv2.amazonaws.com", "autoscaling.amazonaws.com",
)  # fmt: skip
PROFILES: Final = actions_of(
    "iam",
    "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile RemoveRoleFromInstanceProfile "
    "TagInstanceProfile UntagInstanceProfile PassRole GetRole",
)

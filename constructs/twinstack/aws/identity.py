"""A workload's AWS identity: a role that only its service account can take, with what its links mean."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from cdktf_cdktf_provider_aws.eks_pod_identity_association import EksPodIdentityAssociation
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.policy import Statement, policy_document, trust_policy
from twinstack.aws.resource import Admitting
from twinstack.environment import WorkloadSpec
from twinstack.environment.context import Context

if TYPE_CHECKING:
    from twinstack.aws.infrastructure import Infrastructure


class Identity(Construct):
    """The role of one workload, its policy, and its EKS Pod Identity association.

    Source: Amazon EKS User Guide, "EKS Pod Identity".
    """

    def __init__(self, scope: Infrastructure[Any], workload: WorkloadSpec, *, cluster: Admitting) -> None:
        super().__init__(scope, f"{workload.key}-identity")
        context = workload.context
        address = workload.key
        self.statements: list[Statement] = _statements(scope, workload)
        self.role: IamRole = pod_role(
            self,
            "role",
            address,
            name=workload.role_name,
            description=f"Pods of {workload.kubernetes_name}",
            trust=pod_trust(context, cluster.cluster_name, context.namespace, workload.service_account),
        )
        self.policy: IamRolePolicy | None = None
        if self.statements:
            self.policy = pin(
                IamRolePolicy(self, "policy", name="links", role=self.role.id, policy=policy_document(self.statements)),
                address,
            )
        self.association: EksPodIdentityAssociation = pin(
            EksPodIdentityAssociation(
                self,
                "association",
                cluster_name=cluster.cluster_name,
                namespace=context.namespace,
                service_account=workload.service_account,
                role_arn=self.role.arn,
            ),
            address,
        )

    @property
    def resource(self) -> IamRole:
        return self.role


def pod_role(scope: Construct, id_: str, address: str, *, name: str, description: str, trust: str) -> IamRole:
    """A role that pods take; `trust` is what `pod_trust` says."""
    role = IamRole(scope, id_, name=name, description=description, assume_role_policy=trust, tags={"Name": name})
    return pin(role, address)


def pod_trust(context: Context, cluster: str, namespace: str, service_account: str) -> str:
    """Trust for exactly one service account of one cluster, by the tags that Pod Identity puts on its sessions."""
    return trust_policy(
        "pods.eks.amazonaws.com",
        tag_session=True,
        conditions={
            "StringEquals": {
                "aws:SourceAccount": context.account,
                "aws:RequestTag/eks-cluster-name": cluster,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    )


def _secret_statements(stack: Infrastructure[Any], workload: WorkloadSpec) -> list[Statement]:
    """Reading exactly the secrets its links deliver, and decrypting them through Secrets Manager only.

    Those that are retired still, since Terraform is applied before the pods that read them are gone.
    """
    offers = [link.offer for link in workload.links]
    names = dict.fromkeys(
        secret.name
        for offer in offers
        for secret in (*(variable.secret for variable in offer.variables), *offer.retired)
        if secret
    )
    secrets = [stack.published(name) for name in names]
    if not secrets:
        return []
    keys = list(dict.fromkeys(secret.key for secret in secrets))
    via = f"secretsmanager.{stack.context.region}.amazonaws.com"
    return [
        Statement(
            "Secrets",
            ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
            [secret.arn for secret in secrets],
        ),
        Statement("SecretKeys", ("kms:Decrypt",), [key.arn for key in keys], {"StringEquals": {"kms:ViaService": via}}),
    ]


def _statements(stack: Infrastructure[Any], workload: WorkloadSpec) -> list[Statement]:
    """What each link means, the secrets, and its own rights. IAM takes no Sid twice: one that several statements would use ends in the
    name of each one's resource, and in a number where that is not enough.
    """
    secrets = _secret_statements(stack, workload)
    granted = [
        (link.resource, statement)
        for link in workload.links
        if (resource := stack.resource_of(link.resource)) is not None
        for statement in resource.grant(link)
    ]
    own = [
        Statement(f"Own{_words(name)}", right.actions, right.resources_in(workload.context), right.conditions)
        for name, right in workload.aws_rights.items()
    ]
    times = Counter(statement.sid for statement in (*secrets, *own, *(statement for _, statement in granted)))
    taken = {sid for sid, uses in times.items() if uses == 1} | {statement.sid for statement in (*secrets, *own)}
    named: list[Statement] = []
    for resource, statement in granted:
        sid = statement.sid
        if times[sid] > 1:
            longer = f"{sid}{_words(resource.key)}"
            sid = next(one for one in chain([longer], (f"{longer}{number}" for number in count(2))) if one not in taken)
            taken.add(sid)
        named.append(replace(statement, sid=sid))
    return [*secrets, *named, *own]


def _words(key: str) -> str:
    """`PriceList` of `price_list`: a Sid has letters and digits only."""
    return "".join(word.capitalize() for word in key.split("_"))

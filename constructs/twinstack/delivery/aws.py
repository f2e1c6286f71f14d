"""What delivery becomes on AWS: the trust in GitHub's tokens, the role that plans and the one that deploys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment

from twinstack.aws import Extensible, Infrastructure, Room, Secret, Statement, pin, policy_document, resource_policy
from twinstack.delivery import rights, rights_of_monitoring
from twinstack.delivery.spec import PATH, DeliverySpec
from twinstack.delivery.trust import AUDIENCE, HOST, trust
from twinstack.environment import ClusterPlan
from twinstack.environment.placement import are_metrics_read
from twinstack.policy.accepted import Accepted


class Delivery(Room[DeliverySpec]):
    """The pipeline's two roles, which GitHub's tokens take by OIDC, and the boundary of every other role of the environment.

    Nothing for an environment that no pipeline deploys. Whoever holds the deploying role can change what this stack makes,
    but neither these roles nor who enters the cluster, so the first apply, and each that changes these, is a person's.
    Sources: IAM User Guide, "Permissions boundaries for IAM entities" and "Create an OpenID Connect identity provider";
    GitHub Docs, "Configuring OpenID Connect in Amazon Web Services". Read on 2026-11-28.
    """

    def __init__(self, scope: Infrastructure[Any], spec: DeliverySpec, *, cluster: Extensible) -> None:
        super().__init__(scope, spec)
        self.provider: IamOpenidConnectProvider | None = None
        self.policies: dict[str, IamPolicy] = {}
        self.access_entries: dict[str, EksAccessEntry] = {}
        self.deploy_role: IamRole | None = None
        self.plan_role: IamRole | None = None
        if not spec.is_by_pipeline:
            return
        if not spec.existing_oidc_provider:
            self.provider = pin(
                IamOpenidConnectProvider(
                    self, "provider", url=f"https://{HOST}", client_id_list=[AUDIENCE], tags={"Name": HOST}
                ),
                spec.key,
            )
        branches = dict.fromkeys((spec.branch, spec.github.default_branch if spec.github else None))
        self.plan_role = self._role(
            "plan",
            spec.plan_role,
            "Plans, and compares at night: it looks and changes nothing",
            [f"environment:{spec.plan_approval}", *(f"ref:refs/heads/{branch}" for branch in branches if branch)],
        )
        self.deploy_role = self._role(
            "deploy", spec.deploy_role, "Deploys, once it is approved", [f"environment:{spec.approval}"]
        )
        self._let_in(cluster)
        scope.before_synth(self._give_rights)

    @property
    def resource(self) -> IamRole | None:
        return self.deploy_role

    def _role(self, part: str, name: str, description: str, of: Sequence[str]) -> IamRole:
        spec = self.spec
        assert spec.github is not None
        provider = self.provider.arn if self.provider else f"arn:aws:iam::{self.context.account}:oidc-provider/{HOST}"
        role = IamRole(
            self,
            f"{part}-role",
            name=name,
            path=PATH,
            description=description,
            max_session_duration=SESSION_SECONDS[part],
            assume_role_policy=trust(spec.github, provider, of),
            tags={"Name": name},
        )
        return pin(role, f"{spec.key}_{part}")

    def _let_in(self, cluster: Extensible) -> None:
        """Each role's entry and group in a cluster that is this stack's; another's owner makes them."""
        plan = self.spec.environment.find(ClusterPlan)
        if plan is None or not cluster.is_own:
            return
        for part, role, group in (
            ("deploy", self.deploy_role, plan.deployer_group),
            ("plan", self.plan_role, plan.reader_group),
        ):
            if role is None or group is None:
                continue
            entry = EksAccessEntry(
                self,
                f"access-{part}",
                cluster_name=cluster.cluster_name,
                principal_arn=role.arn,
                kubernetes_groups=[group],
            )
            self.access_entries[part] = pin(entry, f"{self.spec.key}_{part}")

    def _give_rights(self) -> None:
        """The policies, and the boundary on every role: once the whole stack is there to be looked at."""
        spec, context, stack = self.spec, self.context, self.stack
        environment = stack.environment
        boundary = self._policy("boundary", resource_policy(rights.boundary_of(context)))
        written = [one for one in stack.node.find_all() if isinstance(one, Secret) and one.versions]
        watches = are_metrics_read(spec)
        looking = rights.looking(
            context,
            state=rights.state_of(environment.state_bucket, environment.state_key),
            secrets=[one.arn for one in written],
            keys=list(dict.fromkeys(one.key.arn for one in written)),
        )
        if watches:
            looking.append(rights_of_monitoring.looking(context))
        self._policy("reading", policy_document(looking))
        changing: dict[str, Sequence[Statement]] = {
            "network": rights.network(context),
            "data": rights.data(context, environment.state_bucket, environment.state_key),
            "platform": rights.platform(context, boundary.arn),
        }
        if watches:
            changing["watching"] = rights_of_monitoring.watching(context)
        for part, statements in changing.items():
            self._policy(part, policy_document(statements))
        for part, role in (("plan", self.plan_role), ("deploy", self.deploy_role)):
            assert role is not None
            self._attach(part, role, "audit", "arn:aws:iam::aws:policy/SecurityAudit")
            self._attach(part, role, "reading", self.policies["reading"].arn)
        assert self.deploy_role is not None
        for part in changing:
            self._attach("deploy", self.deploy_role, part, self.policies[part].arn)
        for index, name in enumerate(spec.managed_policies):
            self._attach("deploy", self.deploy_role, f"further_{index}", self._arn_of(name))
        for role in stack.node.find_all():
            if isinstance(role, IamRole) and role not in (self.plan_role, self.deploy_role):
                role.permissions_boundary = boundary.arn

    def _policy(self, part: str, document: str) -> IamPolicy:
        name = self.spec.aws_name_of(part)
        policy = IamPolicy(self, part, name=name, path=PATH, policy=document, tags={"Name": name})
        self.policies[part] = pin(policy, f"{self.spec.key}_{part}")
        return policy

    def _attach(self, part: str, role: IamRole, what: str, arn: str) -> None:
        attached = IamRolePolicyAttachment(self, f"{part}-{what}", role=role.name, policy_arn=arn)
        pin(attached, f"{self.spec.key}_{part}_{what}")

    def _arn_of(self, name: str) -> str:
        of_aws, _, own = name.rpartition(":")
        return f"arn:aws:iam::{'aws' if of_aws else self.context.account}:policy/{own}"


SESSION_SECONDS: Final = {"plan": 3600, "deploy": 7200}
"""A cluster alone takes a quarter of an hour, a database upgrade longer."""
ACCEPTED: tuple[Accepted, ...] = ()

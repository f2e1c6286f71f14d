"""The Terraform half: one stack with its provider, its state, and the links of its environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from cdktf import S3Backend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.identity import Identity
from twinstack.aws.key import Key, keep
from twinstack.aws.resource import Admitting, Resource
from twinstack.aws.secret import Secret
from twinstack.environment import ClusterPlan, Context, Environment, Half, Ledger, ResourceSpec, Spec
from twinstack.errors import ConstructionError

E = TypeVar("E", bound=Environment)


class Infrastructure(TerraformStack, Generic[E]):
    """The stack of one environment, `analytics-prod`.

    A product's subclass says what is built, room by room, and ends with `self.connect(cluster)`.
    """

    def __init__(self, scope: Construct, environment: E) -> None:
        super().__init__(scope, environment.stack_id)
        self.environment = environment
        self.context: Context = environment.context
        self.ledger: Ledger = Ledger(environment, Half.INFRASTRUCTURE)
        self.identities: dict[str, Identity] = {}
        self._resources: dict[str, Resource[Any]] = {}
        self._secrets: dict[str, Secret] = {}
        self._forgotten: list[str] = []
        self._last: list[Callable[[], None]] = []
        self._connected = False
        self._make_provider()
        self._make_backend()

    def connect(self, cluster: Admitting) -> None:
        """Makes every link work: the way in to each linked resource, and a role for each workload that links.

        Raises ConstructionError for a link to a resource that was not built or whose secret was not published, and the
        second time.
        """
        stack = self.environment.stack_id
        if self._connected:
            raise ConstructionError(f"{stack}: the links are connected twice: remove one `self.connect(…)`")
        links = self.environment.links
        unbuilt = [
            link
            for link in links
            if Half.INFRASTRUCTURE in link.resource.built_in and not self.ledger.has(link.resource)
        ]
        if unbuilt:
            lines = "".join(f"\n  {link}: `{self.ledger.line_for(link.resource)}`" for link in unbuilt)
            raise ConstructionError(f"{stack}: what a link names has to be built before `self.connect(…)`:{lines}")
        for key in dict.fromkeys(link.resource.key for link in links):
            resource = self._resources.get(key)
            if resource is not None:
                resource.admit(cluster)
        self._admit_nodes(cluster)
        for workload in self.environment.workloads:
            if workload.has_identity:
                self.identities[workload.key] = Identity(self, workload, cluster=cluster)
        self._connected = True

    def enter(self, construct: Construct, spec: Spec) -> None:
        """Notes that a construct builds a spec. Called by every room's construct."""
        self.ledger.enter(spec, type(construct))
        if isinstance(construct, Resource):
            self._resources[spec.key] = construct

    def publish(self, secret: Secret) -> None:
        """Makes a secret known under its name, for the links that deliver it."""
        self._secrets[secret.value.name] = secret

    def published(self, name: str) -> Secret:
        """The secret of this name. Raises ConstructionError where no construct has published it."""
        if name not in self._secrets:
            raise ConstructionError(
                f"{self.environment.stack_id}: a link offers the secret {name}, but no construct has published it: "
                "give it to `self.stack.publish(…)` in the construct that makes it"
            )
        return self._secrets[name]

    def resource_of(self, spec: ResourceSpec) -> Resource[Any] | None:
        """What was built for a spec; None for one without an AWS side (settings, another workload)."""
        return self._resources.get(spec.key)

    def log_group(self, scope: Construct, address: str, name: str, *, retention_days: int) -> CloudwatchLogGroup:
        """A log group encrypted with the stack's log key. Make it before what writes to it.

        What was logged cannot be logged again, so in a protected environment Terraform refuses to destroy it.
        """
        return pin(
            CloudwatchLogGroup(
                scope,
                f"log-{address}",
                name=name,
                retention_in_days=retention_days,
                kms_key_id=self.log_key.arn,
                tags={"Name": name},
                lifecycle=keep(self.context),
            ),
            address,
        )

    def forget(self, address: str) -> None:
        """Lets Terraform drop a resource from its state without destroying it: somebody else keeps it from now on."""
        self._forgotten.append(address)
        # cdktf 0.21 has no class for the block.
        self.add_override("removed", [{"from": one, "lifecycle": {"destroy": False}} for one in self._forgotten])

    def output(self, name: str, value: str, description: str) -> TerraformOutput:
        """What a person needs afterwards. Never a secret."""
        return TerraformOutput(self, name, value=value, description=description)

    @cached_property
    def log_key(self) -> Key:
        """The key of every log group, made when the first asks for it."""
        name = self.context.aws_name("logs")
        service = f"logs.{self.context.region}.amazonaws.com"
        groups = f"arn:aws:logs:{self.context.region}:{self.context.account}:log-group:*"
        scope = Construct(self, "logs")
        return Key(
            scope,
            "logs",
            name,
            context=self.context,
            purpose=f"Log groups of {self.environment.stack_id}",
            users=((service, {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}),),
        )

    def before_synth(self, step: Callable[[], None]) -> None:
        """Has a room do its last step when the product has composed the whole stack: what looks at all of it."""
        self._last.append(step)

    def close(self) -> None:
        """The last steps and the last check before synth. Raises ConstructionError for what was never built or connected."""
        self.ledger.close()
        if self.environment.links and not self._connected:
            raise ConstructionError(
                f"{self.environment.stack_id}: {len(self.environment.links)} links are never connected: "
                f"end {type(self).__name__}.__init__ with `self.connect(cluster)`"
            )
        while self._last:
            self._last.pop(0)()

    def _admit_nodes(self, cluster: Admitting) -> None:
        """Whatever admits the cluster's group admits the groups of its nodes too, by a rule for each beside its own.

        Nodes of another team's cluster need not carry the cluster's group, and no room has to think of it.
        """
        plan = self.environment.find(ClusterPlan)
        groups = list(dict.fromkeys(plan.node_security_groups)) if plan else []
        rules = [one for one in self.node.find_all() if isinstance(one, VpcSecurityGroupIngressRule)] if groups else []
        for rule in rules:
            if rule.referenced_security_group_id_input != cluster.security_group_id:
                continue
            for group in groups:
                copy = VpcSecurityGroupIngressRule(
                    self,
                    f"{rule.node.path}-{group}".replace("/", "-"),
                    security_group_id=rule.security_group_id_input or "",
                    referenced_security_group_id=group,
                    ip_protocol=rule.ip_protocol_input or "",
                    from_port=rule.from_port_input,
                    to_port=rule.to_port_input,
                    description=rule.description_input,
                )
                pin(copy, f"{rule.friendly_unique_id}_{group.replace('-', '_')}")

    def _make_provider(self) -> None:
        self.provider: AwsProvider = AwsProvider(
            self,
            "aws",
            region=self.context.region,
            allowed_account_ids=[self.context.account],
            default_tags=[AwsProviderDefaultTags(tags=self.context.tags)],
        )
        self.add_override("terraform.required_version", TERRAFORM_VERSION)
        self.add_override("terraform.required_providers.aws.version", PROVIDER_VERSION)

    def _make_backend(self) -> None:
        self.backend: S3Backend = S3Backend(
            self,
            bucket=self.environment.state_bucket,
            key=self.environment.state_key,
            region=self.context.region,
            encrypt=True,
        )
        self.add_override("terraform.backend.s3.use_lockfile", True)


TERRAFORM_VERSION = ">= 1.11"
"""The first with write-only arguments."""
PROVIDER_VERSION = "~> 6.69"
"""The archived bindings know 6.25; 6.x only adds, so fixes and newer arguments are had by overrides."""

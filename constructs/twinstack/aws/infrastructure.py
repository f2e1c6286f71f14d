"""The Terraform half: one stack with its provider, its state, and the links of its environment."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, TypeVar

from cdktf import S3Backend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.identity import Identity
from twinstack.aws.key import Key, keep
from twinstack.aws.resource import Admitting, Resource
from twinstack.aws.secret import Secret
from twinstack.environment import Context, Environment, Half, Ledger, ResourceSpec, Spec
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

    def close(self) -> None:
        """The last check before synth. Raises ConstructionError for what was never built or connected."""
        self.ledger.close()
        if self.environment.links and not self._connected:
            raise ConstructionError(
                f"{self.environment.stack_id}: {len(self.environment.links)} links are never connected: "
                f"end {type(self).__name__}.__init__ with `self.connect(cluster)`"
            )

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

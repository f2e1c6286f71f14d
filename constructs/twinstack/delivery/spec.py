"""How an environment is delivered: how long a rollout may take, who is told, and the pipeline that does it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.delivery.github import Branch, GitHub, Runner, is_hosted
from twinstack.environment.model import Finding, Model
from twinstack.environment.placement import ClusterPlan, DeliveryPlan, are_metrics_read
from twinstack.environment.quantities import VariableName
from twinstack.environment.spec import Half, WorkloadSpec
from twinstack.environment.text import check_command


class Notify(Model):
    """Who is told how a deployment ended. What is sent holds no secret."""

    command: tuple[str, ...] = ()
    """A program and its arguments, in exec form; it gets what happened as JSON on its standard input."""
    webhook_variable: VariableName | None = None
    """The environment variable that holds a webhook's address, to which the same JSON is posted. The address itself is a
    secret (whoever has it can post), so it never stands in YAML; in the pipeline it is the GitHub secret of this name."""

    def rules(self) -> Iterator[Finding]:
        yield from check_command(self.command, ("command",))
        if not self.command and not self.webhook_variable:
            yield Finding(
                "TW363",
                "nobody would be told",
                ("webhook_variable",),
                given="neither command nor webhook_variable",
                allowed="one of them, or both",
                fix="add one, or remove `notify`",
            )


class DeliverySpec(DeliveryPlan):
    """How releases of one environment are made, waited for and kept, and by which pipeline.

    Without `github`, or for an environment without `branch`, nothing is made of it: the numbers hold for whoever deploys
    from a terminal. With both there are workflows (`twinstack workflows`) and, on AWS, a role that plans and one that
    deploys, which GitHub's tokens take by OIDC.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    deadline_seconds: Annotated[int, Field(ge=30, le=86_400)] = 600
    """Seconds that a rollout may take, its migration included; then the release before is put back."""
    watch_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    """Seconds that it is watched once all is ready, for what fails only after a while: then too the release before is put
    back. 0: a release that is ready once has succeeded."""
    keep_releases: Annotated[int, Field(ge=2, le=50)] = 10
    """How many releases are remembered, and can be returned to."""
    notify: Notify | None = None
    """Who is told how a deployment ended; nobody unless given."""
    github: GitHub | None = Field(default=None, json_schema_extra={"base_only": True})
    """The repository whose workflows deliver the product; none: nobody's do."""
    branch: Branch | None = None
    """The branch whose pushes are deployed here; none: the pipeline leaves this environment alone. Who may push to it,
    by way of which reviews, is the branch's protection, a setting of GitHub's."""
    after: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] | None = None
    """The environment of the same branch that a release must have reached first."""
    runs_on: Runner | None = None
    """Who deploys: labels of a runner that reaches the cluster's endpoint; `github.runs_on` unless given."""
    github_environment: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] | None = None
    """GitHub's environment, which has the approval and the secrets; called as the environment unless given. Plans of
    pull requests have one of their own, `{this}-plan`."""
    reviewers: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*(/[a-z0-9][a-z0-9_-]*)?$")], ...] = ()
    """Who approves a deployment: people, or teams as ORGANIZATION/TEAM. GitHub keeps that list; the pipeline refuses to go
    on where GitHub asks for nobody."""
    existing_oidc_provider: bool = False
    """Whether the account trusts GitHub already (it takes one provider of an address): it is used instead of made."""
    managed_policies: tuple[Annotated[str, Field(pattern=r"^(aws:)?[A-Za-z0-9+=,.@_/-]{1,128}$")], ...] = ()
    """Further policies of the role that deploys, for resource types from outside the library: a policy of the account by
    name, or one of AWS's, `aws:AmazonSQSFullAccess`."""

    @property
    def is_by_pipeline(self) -> bool:
        """Whether workflows deploy it."""
        return self.github is not None and self.branch is not None

    @property
    def runner(self) -> tuple[str, ...]:
        """The labels of who deploys."""
        return self.runs_on or (self.github.runs_on if self.github else ())

    @property
    def approval(self) -> str:
        """GitHub's environment of the deployment, `prod`."""
        return self.github_environment or self.environment.name

    @property
    def plan_approval(self) -> str:
        """GitHub's environment of the plans of pull requests, `prod-plan`."""
        return f"{self.approval}-plan"

    @property
    def deploy_role(self) -> str:
        """The IAM role that deploys, `shadower-analytics-delivery-deploy`."""
        return self.aws_name_of("deploy")

    @property
    def plan_role(self) -> str:
        """The IAM role that only reads, `shadower-analytics-delivery-plan`."""
        return self.aws_name_of("plan")

    @property
    def boundary(self) -> str:
        """The IAM policy that bounds every role of the environment, `shadower-analytics-delivery-boundary`."""
        return self.aws_name_of("boundary")

    def role_arn(self, name: str) -> str:
        """A role of the pipeline by ARN. They lie under a path of their own, where the one that deploys changes nothing."""
        return f"arn:aws:iam::{self.context.account}:role{PATH}{name}"

    @property
    def images(self) -> Mapping[str, str]:
        """The images that the pipeline builds, each with the folder of its Dockerfile."""
        return {one.image: one.build for one in self.environment.workloads if one.build is not None}

    def names(self) -> Iterator[tuple[str, str]]:
        if self.is_by_pipeline:
            yield "IAM role", self.deploy_role
            yield "IAM role", self.plan_role
            watching = ("watching",) if are_metrics_read(self) else ()
            for purpose in ("boundary", "network", "data", "platform", "reading", *watching):
                yield "IAM policy", self.aws_name_of(purpose)

    def review(self) -> Iterator[Finding]:
        if self.github is None or self.branch is None:
            return
        yield from self._check_runner()
        for workload in self.environment.workloads:
            yield from self._check_image(workload, self.github)
        if self.after == self.environment.name:
            yield Finding(
                "TW366", "an environment that waits for itself", ("after",), self.after, "another environment, or none", "remove `after`"
            )  # fmt: skip
        if self.context.protected and not self.reviewers:
            yield Finding(
                "TW364",
                "production without an approval",
                ("reviewers",),
                given="none",
                allowed="at least one person or team",
                fix="name who approves, and set the same in GitHub",
                acknowledgeable=True,
            )

    def _check_runner(self) -> Iterator[Finding]:
        """A runner of GitHub's own has no address of its own: an endpoint that admits it admits everybody."""
        cluster = self.environment.find(ClusterPlan)
        if cluster is None or not is_hosted(self.runner) or cluster.admits_the_internet is not False:
            return
        yield Finding(
            "TW359",
            "the runner cannot reach the cluster",
            ("runs_on",),
            given=f"{', '.join(self.runner)}: a machine of GitHub's, from any address",
            allowed="a runner inside one of the networks that the cluster admits, or a larger runner with addresses of its own",
            fix=f"give the labels of such a runner, `runs_on: [self-hosted, …]`, and admit it in `{cluster.key}`",
        )

    def _check_image(self, workload: WorkloadSpec, github: GitHub) -> Iterator[Finding]:
        if workload.build is None or workload.image.startswith(f"{github.registry}/"):
            return
        yield Finding(
            "TW360",
            f"the pipeline cannot push the image of {workload.key}",
            ("github", "repository"),
            given=f"{workload.image}, built from {workload.build}/",
            allowed=f"an image under {github.registry}/: a workflow's token opens its own owner's packages alone",
            fix=f"call it {github.registry}/{workload.image.rpartition('/')[2]}, or remove `{workload.key}.build`",
        )


PATH: Final = "/delivery/"
"""Of the pipeline's own roles and policies in IAM."""

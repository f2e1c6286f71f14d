"""What every spec is: a frozen model that knows its field's name and the environment it belongs to."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import Field, PrivateAttr

from twinstack.environment.aws_rights import AwsRights
from twinstack.environment.celery import check_schedule_file
from twinstack.environment.companions import Companions
from twinstack.environment.container import ContainerSpec, Headroom, scale_of
from twinstack.environment.content import LONGEST, content_name, digest
from twinstack.environment.context import Context
from twinstack.environment.kept_volumes import KeptVolumes
from twinstack.environment.links import Access, Link, Offer, Reach, SecretValue, Variable
from twinstack.environment.model import Finding, Model, refuse_hidden_members
from twinstack.environment.monitoring import Exporter, Monitoring
from twinstack.environment.names import NameRule
from twinstack.environment.stand_in import STACK_PORTS, ComposeOptions, LocalRun, StandIn
from twinstack.environment.standing import Standing
from twinstack.environment.tags import Title
from twinstack.environment.uses import LinkOptions
from twinstack.environment.ways_out import WaysOut
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.environment.queues import Queue, QueueTrigger


class Half(StrEnum):
    """One of the two main outputs."""

    INFRASTRUCTURE = "infrastructure"
    WORKLOADS = "workloads"

    @property
    def module(self) -> str:
        """The foundation whose constructs build it."""
        return "aws" if self is Half.INFRASTRUCTURE else "kubernetes"


class Spec(Model):
    """The description of one thing. Pure data: what it becomes is the rooms' affair."""

    built_in: ClassVar[frozenset[Half]] = frozenset()
    """The halves that have to build it."""

    name_rules: ClassVar[Mapping[str, NameRule]] = {}
    """What kinds of things that the library does not know may be called; `names` uses their keys."""

    decided_together: ClassVar[frozenset[str]] = frozenset()
    """Codes of what only several environments together can be found to do; acknowledged in any one of them."""

    name: str | None = None
    """Replaces the field's name in the names of what is made; empty: left out of them."""

    title: Title | None = None
    """The `Name` tag in the AWS console; the AWS name unless given."""

    acknowledge: dict[str, Annotated[str, Field(min_length=10)]] = Field(default_factory=dict)
    """Rules that may be broken here: the rule's code, and the reason a reviewer will read."""

    _key: str = PrivateAttr(default="")
    _environment: Any = PrivateAttr(default=None)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_hidden_members(cls)

    @property
    def key(self) -> str:
        """The field's name in the environment, `database`."""
        # Asked for at every link: pydantic's own way to a private attribute takes ten times as long.
        private = self.__pydantic_private__
        return private["_key"] if private else ""

    @property
    def environment(self) -> "Environment":
        """The environment this spec was loaded with."""
        private = self.__pydantic_private__
        environment: Environment | None = private["_environment"] if private else None
        if environment is None:
            raise UsageError(
                f"this {type(self).__name__} belongs to no environment yet: its names are known once it is a field of one"
            )
        return environment

    @property
    def context(self) -> Context:
        """Where and for whom it is made."""
        return self.environment.context

    @property
    def part(self) -> str:
        """Its part in names: `name` where one is given, else the field's name."""
        return self.key if self.name is None else self.name

    @property
    def aws_name(self) -> str:
        """Its main name on AWS, `shadower-analytics-cache`."""
        return self.context.aws_name(self.part)

    def aws_name_of(self, purpose: str) -> str:
        """The AWS name of something this spec makes beside its main thing: `shadower-analytics-node-dev` of `node`."""
        return self.context.aws_name("-".join(filter(None, (self.part, purpose))))

    @property
    def title_tag(self) -> str:
        """The value of the `Name` tag."""
        return self.title or self.aws_name

    @property
    def kubernetes_name(self) -> str:
        """Its main name in Kubernetes, `analytics-backend`."""
        return self.context.kubernetes_name(self.part)

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name this spec gives to something outside, with its kind (a key of `names.KINDS` or of `name_rules`)."""
        yield from ()

    def own_variables_of(self, workload: "WorkloadSpec") -> Mapping[str, str]:  # noqa: ARG002  for subclasses
        """Plain variables that every half sets on this workload because of this spec, without a link."""
        return {}

    def local(self) -> StandIn:
        """What stands in for it on a developer's machine."""
        return StandIn()

    @property
    def fixed_ports(self) -> tuple[int, ...]:
        """The ports of a developer's machine that its stand-in takes without asking `host_port`."""
        return ()

    def host_port(self, port: int) -> int:
        """The port on a developer's machine of what listens on `port` for it: `compose.port` where it has one, else the
        next from `port` on that no earlier spec of its type takes, and nothing that has one port in every stack. All
        workloads count as one type.
        """
        kind = WorkloadSpec if isinstance(self, WorkloadSpec) else type(self)
        alike = self.environment.find_all(kind)
        own = {spec.key: options.port for spec in alike if (options := getattr(spec, "compose", None)) and options.port}
        fixed = (one for spec in self.environment.specs.values() for one in spec.fixed_ports)
        taken = {*own.values(), *STACK_PORTS, *fixed}
        for spec in alike:
            wanted = (spec.local_run().port if isinstance(spec, WorkloadSpec) else port) or 0  # 0: it listens on none
            chosen: int = own.get(spec.key) or next(one for one in itertools.count(wanted) if one not in taken)
            if spec is self:
                return chosen
            taken.add(chosen)
        return port

    @property
    def aws_services(self) -> tuple[str, ...]:
        """The AWS services called for it from inside the network, by the last part of their endpoint's name: `sqs`.

        A network without a way to the internet makes an endpoint for each.
        """
        return ()

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        """What of it reaches the internet, each with the field that asks for it: refused where there is no way out."""
        yield from ()

    def monitoring(self) -> Monitoring:
        """What is watched of it: alert rules, and panels of the dashboard."""
        return Monitoring()

    def brings(self) -> Mapping[str, "Spec"]:
        """The specs that it brings into the environment with it, by what would be their field's name; its construct builds
        them. Asked once, when every field's spec is known.
        """
        return {}

    def review(self) -> Iterator[Finding]:
        """What this spec and the rest of its environment must agree on. Called once the environment is whole."""
        yield from ()


class ResourceSpec(Spec):
    """Something workloads link to. A subclass says which access it knows and what each level is offered."""

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)
    """What a link may ask for; the first is the default."""

    redelivers_after_seconds: ClassVar[int | None] = None
    """As the broker of a task queue: after how long a task that nobody has acknowledged goes to another worker."""

    levels_add_up: ClassVar[bool] = False
    """Whether each level is a right of its own, so that a workload may ask for several: `[exports: read, exports: list]`."""

    levels_beside: ClassVar[frozenset[Access]] = frozenset()
    """The levels that a workload may have beside one other: `[database, database: read]`, two ways to the same data."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        levels = cls.access_levels
        if not isinstance(levels, tuple) or not levels or not all(isinstance(level, Access) for level in levels):
            raise UsageError(
                f"{cls.__name__}.access_levels is {levels!r}: write a tuple of at least one Access, the default first, "
                "for example `(Access.READ,)` or `(Access.READ, Access.WRITE)`"
            )

    _offers: dict[Access, Offer] = PrivateAttr(default_factory=dict)

    def offer(self, access: Access) -> Offer:
        """What a link with this access is given."""
        raise NotImplementedError(f"{type(self).__name__}.offer")

    def exporter(self) -> Exporter | None:
        """What shows its figures to Prometheus in the cluster; None where nothing does."""
        return None

    @property
    def links(self) -> tuple[Link, ...]:
        """The links to this resource."""
        return self.environment.links_to(self)

    def queue_trigger(self, queue: "Queue") -> "QueueTrigger | None":  # noqa: ARG002  for subclasses
        """How KEDA asks how many tasks wait in a queue of this resource; None: it is no queue."""
        return None

    def delivers(self, secret: SecretValue) -> bool:
        """Whether any link delivers this secret, or a part of it."""
        offered = (variable.secret for link in self.links for variable in link.offer.variables)
        return any(one is not None and one.name == secret.name for one in offered)

    def is_used_with(self, access: Access) -> bool:
        """Whether any link asks for this access."""
        return any(link.access is access for link in self.links)


class WorkloadSpec(ContainerSpec, Companions, KeptVolumes, WaysOut, AwsRights, Standing, Spec):
    """Something Kubernetes runs: one pod template and the links its pods hold."""

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.WORKLOADS})

    uses: tuple[str | dict[str, Access | LinkOptions], ...] = Field(default=(), json_schema_extra={"base_only": True})
    """The resources this workload links to: `database`, or `{exports: write}` to ask for more than the default access, or
    `{database: {variables: {host: DB_HOST}}}` for other variables than the resource's own."""

    secret_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=LONGEST)] | None = None
    """The Kubernetes Secret its secret variables are read from, without the hash that ends its name;
    `{product}-{key}-secrets` unless given."""

    build: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", json_schema_extra={"base_only": True}
    )
    """The folder of the product that holds the image's Dockerfile, for an image of the product's own."""

    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        scale = scale_of(self)
        for finding in scale.unreachable(self.resources) if scale else ():
            yield replace(finding, path=("scale", *finding.path))

    def review(self) -> Iterator[Finding]:
        yield from super().review()
        yield from check_schedule_file(self.command)
        yield from itertools.chain(self.check_ways_out(), self.check_rights(), self.check_aws_rights())
        for name, value in self.library_variables.items():
            given = self.environment_variables.get(name, value)
            if given != value:
                yield Finding(
                    "TW354",
                    f"a variable of its own replaces the library's {name}",
                    ("environment_variables", name),
                    given=f"{given}; from the library {value}",
                    allowed="what the environment says, the same for every workload",
                    fix="set `environment_value`, which every workload is told"
                    if name == NAME_VARIABLE
                    else "remove it",
                    warning=True,
                    acknowledgeable=True,
                )

    @property
    def links(self) -> tuple[Link, ...]:
        """The links this workload holds, in the order of `uses`."""
        return self.environment.links_of(self)

    @property
    def plain_secret(self) -> str:
        """The name of its Secret without the hash of what is in it."""
        return self.secret_name or f"{self.kubernetes_name}-secrets"

    @property
    def most_replicas(self) -> int:
        """How many of its pods run at most, a rollout's aside."""
        scale = scale_of(self)
        return scale.max if scale else 1

    @property
    def headroom(self) -> Headroom | None:
        """The room that is kept for its next replicas."""
        scale = scale_of(self)
        return scale.headroom if scale else None

    @cached_property
    def secret(self) -> str:
        """The Kubernetes Secret it reads, and the class that fills it: named by which secrets it holds at which version,
        so that no change reaches what running pods have mounted. `first_contents` lets one set keep the plain name.
        """
        return content_name(self.plain_secret, self.secret_digest, self.environment.first_contents)

    @cached_property
    def secret_digest(self) -> str:
        """The hash of its set of secrets: the same in every environment that has the same set."""
        own = f"{self.context.prefix}{self.context.suffix}/"
        return digest(
            sorted(
                {
                    # A part of a secret is told from the whole by one more word.
                    (
                        one.key,
                        secret.name.removeprefix(own),
                        secret.version,
                        one.mounted,
                        *filter(None, (secret.entry,)),
                    )
                    for one in self.secret_variables
                    if (secret := one.secret)
                }
            )
        )

    @cached_property
    def secret_variables(self) -> tuple[Variable, ...]:
        """The variables it reads from secrets, in the order of `uses`."""
        return tuple(variable for variable in self.environment.variables_of(self) if variable.secret)

    @property
    def synced_variables(self) -> tuple[Variable, ...]:
        """Those of them that it reads from its Kubernetes Secret; the others are files."""
        return tuple(variable for variable in self.secret_variables if not variable.mounted)

    @property
    def own_variables(self) -> dict[str, str]:
        """The plain variables that no link delivers: where it runs, and its `environment_variables`, which win."""
        return {**self.library_variables, **self.environment_variables}

    @cached_property
    def library_variables(self) -> Mapping[str, str]:
        """Where it runs, and what other specs say to it without a link."""
        calls_aws = self.aws_rights or any(link.offer.reach is Reach.AWS_API for link in self.links)
        region = {"AWS_REGION": self.context.region} if calls_aws else {}
        others = [spec.own_variables_of(self) for spec in self.environment._telling]  # noqa: SLF001  the other half of it
        name = self.environment.environment_value or self.context.environment
        return {NAME_VARIABLE: name, **region, **dict(itertools.chain.from_iterable(map(Mapping.items, others)))}

    @property
    def compose_name(self) -> str:
        """Its service in the local stack, and its host name there."""
        return self.compose.name_of(self.key)

    def local_run(self) -> LocalRun:
        """How the local stack runs it."""
        return LocalRun()

    @property
    def service_account(self) -> str:
        """Its pods' service account, `analytics-backend`."""
        return self.kubernetes_name

    @property
    def has_identity(self) -> bool:
        """Whether it needs an AWS role: it links to something, or has rights of its own."""
        return bool(self.links or self.aws_rights)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "Kubernetes workload", self.kubernetes_name
        yield "IAM role", self.role_name
        if self.secret_variables:
            yield "Kubernetes Secret", self.plain_secret
            yield "Kubernetes Secret", self.secret

    @property
    def role_name(self) -> str:
        """Its pods' IAM role, `shadower-analytics-backend`."""
        return self.context.aws_name(self.part)


NAME_VARIABLE: Final = "ENVIRONMENT"
"""Tells every workload where it runs."""

"""What every spec is: a frozen model that knows its field's name and the environment it belongs to."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, PrivateAttr

from twinstack.environment.container import ContainerSpec
from twinstack.environment.context import Context
from twinstack.environment.links import Access, Link, Offer, Reach, Variable
from twinstack.environment.model import Finding, Model
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.names import NameRule
from twinstack.environment.quantities import PlainText
from twinstack.environment.stand_in import ComposeOptions, LocalRun, StandIn
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


class Half(StrEnum):
    """One of the two main outputs."""

    INFRASTRUCTURE = "infrastructure"
    WORKLOADS = "workloads"

    @property
    def module(self) -> str:
        """The foundation whose constructs build it."""
        return "aws" if self is Half.INFRASTRUCTURE else "kubernetes"


def refuse_hidden_members(kind: type[Model]) -> None:
    """Raises UsageError for a field that hides a member of a base class; for use before pydantic looks at the fields,
    which would only warn.
    """
    for field, annotation in inspect.get_annotations(kind).items():
        if "ClassVar" in str(annotation):
            continue
        owner = next((base for base in kind.__mro__[1:] if field in vars(base)), None)
        if owner is None:
            continue
        if issubclass(owner, Model) and field in owner.__class_vars__:
            raise UsageError(
                f"{kind.__name__}.{field} is what every {kind.__name__} has in common, and no field: write `{field}: ClassVar = …`"
            )
        raise UsageError(f"{kind.__name__}.{field} hides a member of {owner.__name__}: give the field another name")


class Spec(Model):
    """The description of one thing. Pure data: what it becomes is the rooms' affair."""

    built_in: ClassVar[frozenset[Half]] = frozenset()
    """The halves that have to build it."""

    name_rules: ClassVar[Mapping[str, NameRule]] = {}
    """What kinds of things that the library does not know may be called; `names` uses their keys."""

    name: str | None = None
    """Replaces the field's name in the names of what is made; empty: left out of them."""

    title: PlainText | None = None
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
        return self._key

    @property
    def environment(self) -> Environment:
        """The environment this spec was loaded with."""
        if self._environment is None:
            raise UsageError(
                f"this {type(self).__name__} belongs to no environment yet: its names are known once it is a field of one"
            )
        return self._environment

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

    def own_variables_of(self, workload: WorkloadSpec) -> Mapping[str, str]:  # noqa: ARG002  for subclasses
        """Plain variables that every half sets on this workload because of this spec, without a link."""
        return {}

    def local(self) -> StandIn:
        """What stands in for it on a developer's machine."""
        return StandIn()

    def host_port(self, port: int) -> int:
        """The port on a developer's machine of what listens on `port` for it: `compose.port` where it has one, else the
        next from `port` on that no earlier spec of its type takes. All workloads count as one type.
        """
        kind = WorkloadSpec if isinstance(self, WorkloadSpec) else type(self)
        alike = self.environment.find_all(kind)
        own = {spec.key: options.port for spec in alike if (options := getattr(spec, "compose", None)) and options.port}
        taken = set(own.values())
        for spec in alike:
            wanted = (spec.local_run().port if isinstance(spec, WorkloadSpec) else port) or 0  # 0: it listens on none
            chosen: int = own.get(spec.key) or next(one for one in itertools.count(wanted) if one not in taken)
            if spec is self:
                return chosen
            taken.add(chosen)
        return port

    def monitoring(self) -> Monitoring:
        """What is watched of it: alert rules, and panels of the dashboard."""
        return Monitoring()

    def review(self) -> Iterator[Finding]:
        """What this spec and the rest of its environment must agree on. Called once the environment is whole."""
        yield from ()


class ResourceSpec(Spec):
    """Something workloads link to. A subclass says which access it knows and what each level is offered."""

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE})

    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)
    """What a link may ask for; the first is the default."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        levels = cls.access_levels
        if not isinstance(levels, tuple) or not levels or not all(isinstance(level, Access) for level in levels):
            raise UsageError(
                f"{cls.__name__}.access_levels is {levels!r}: write a tuple of at least one Access, the default first, "
                "for example `(Access.READ,)` or `(Access.READ, Access.WRITE)`"
            )

    def offer(self, access: Access) -> Offer:
        """What a link with this access is given."""
        raise NotImplementedError(f"{type(self).__name__}.offer")

    @property
    def links(self) -> tuple[Link, ...]:
        """The links to this resource."""
        return self.environment.links_to(self)

    def is_used_with(self, access: Access) -> bool:
        """Whether any link asks for this access."""
        return any(link.access is access for link in self.links)


class WorkloadSpec(ContainerSpec, Spec):
    """Something Kubernetes runs: one pod template and the links its pods hold."""

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.WORKLOADS})

    uses: tuple[str | dict[str, Access], ...] = Field(default=(), json_schema_extra={"base_only": True})
    """The resources this workload links to: `database`, or `{exports: write}` to ask for more than the default access."""

    secret_name: str | None = None
    """The Kubernetes Secret its secret variables are read from; `{product}-{key}-secrets` unless given."""

    build: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", json_schema_extra={"base_only": True}
    )
    """The folder of the product that holds the image's Dockerfile, for an image of the product's own."""

    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""

    internet: bool = Field(default=False, json_schema_extra={"base_only": True})
    """Whether its pods may reach the internet, by HTTPS alone. Links open their own ways."""

    @property
    def links(self) -> tuple[Link, ...]:
        """The links this workload holds, in the order of `uses`."""
        return self.environment.links_of(self)

    @property
    def secret_version(self) -> int:
        """One, and one more for each rotation of each secret it reads."""
        return 1 + sum(v.secret.version - 1 for v in self.environment.variables_of(self) if v.secret)

    @property
    def secret(self) -> str:
        """The Kubernetes Secret it reads. From the first rotation on it carries the version (`-v2`), so that new pods
        cannot start with old values.
        """
        base = self.secret_name or f"{self.kubernetes_name}-secrets"
        return base if self.secret_version == 1 else f"{base}-v{self.secret_version}"

    @property
    def secret_variables(self) -> tuple[Variable, ...]:
        """The variables it reads from its Secret, in the order of `uses`."""
        return tuple(variable for variable in self.environment.variables_of(self) if variable.secret)

    @property
    def own_variables(self) -> dict[str, str]:
        """The plain variables that no link delivers: where it runs, and its `environment_variables`, which win."""
        region = (
            {"AWS_REGION": self.context.region} if any(link.offer.reach is Reach.AWS_API for link in self.links) else {}
        )
        others = {
            name: value
            for spec in self.environment.specs.values()
            for name, value in spec.own_variables_of(self).items()
        }
        return {"ENVIRONMENT": self.context.environment, **region, **others, **self.environment_variables}

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
        """Whether it needs an AWS role: it links to something."""
        return bool(self.links)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "Kubernetes workload", self.kubernetes_name
        yield "IAM role", self.role_name
        if self.secret_variables:
            yield "Kubernetes Secret", self.secret

    @property
    def role_name(self) -> str:
        """Its pods' IAM role, `shadower-analytics-backend`."""
        return self.context.aws_name(self.part)

"""The environment object: one deployment of a product, whole and frozen."""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, TypeVar, get_args

from pydantic import AfterValidator, Field, PrivateAttr
from pydantic_core import PydanticUndefined

from twinstack.environment.container import is_release
from twinstack.environment.content import content_name, digest
from twinstack.environment.context import Context
from twinstack.environment.links import Access, File, Link, Variable
from twinstack.environment.model import Model, refuse_hidden_members
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.mounted_files import NO_FILES, ProductFiles
from twinstack.environment.quantities import PlainText
from twinstack.environment.spec import ResourceSpec, Spec, WorkloadSpec
from twinstack.environment.tags import TagKey, TagValue, own_tags
from twinstack.environment.uses import Use
from twinstack.errors import UsageError

S = TypeVar("S", bound=Spec)

NAME: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""Words of lower-case letters and digits joined by single hyphens, a letter first."""


REGION: Final = re.compile(r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
"""How a region is written; those that are known are in regions.py."""


def _is_free(namespace: str) -> str:
    """The namespace is closed to all traffic and takes the product's name: it must be nobody else's."""
    if namespace in {"default", "amazon-guardduty"} or namespace.startswith(("kube-", "eks-", "aws-")):
        raise ValueError("a namespace of the product's own, not one that Kubernetes or AWS keeps for itself")
    return namespace


def _is_commercial(region: str) -> str:
    """Every ARN says `arn:aws`."""
    if region.startswith(("cn-", "us-gov-", "us-iso", "eu-isoe-")):
        raise ValueError("a region of AWS's own partition, not one of China, GovCloud or another partition")
    return region


class Environment(Model):
    """One deployment of a product: what its subclass names, plus where and for whom.

    A subclass names its specs as fields (`database: PostgresSpec`). Load it with `Product.load`; both
    halves are then composed from it, and everything they must agree on is a property of it.
    """

    organization: Annotated[str, Field(pattern=NAME)]
    """Who owns the product; the first part of every AWS name."""
    product: Annotated[str, Field(pattern=NAME, max_length=63), AfterValidator(_is_free)]
    """What is deployed; the first part of every Kubernetes name."""
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    """The AWS account's twelve digits, quoted. Terraform refuses to work on any other."""
    region: Annotated[str, Field(pattern=REGION.pattern), AfterValidator(_is_commercial)]
    """The AWS region, `us-west-2`; those of China and GovCloud are other partitions, which are not supported."""
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"), AfterValidator(is_release)]
    """The release to deploy: the tag of every image that names none. `--version` overrides it."""
    environment_value: Annotated[PlainText, Field(min_length=1)] | None = None
    """What the variable ENVIRONMENT says to every workload, `production` for example; the layer's name (`prod`) unless given."""
    protected: bool = False
    """Production: nothing stateful can be destroyed, and every relaxation needs an acknowledgement."""
    suffix: Annotated[str, Field(pattern=r"^(-[a-z0-9]+)?$")] | None = None
    """Ends every AWS name; `-{environment}` unless given. Production says `suffix: ""`, for the plain names."""
    namespace: Annotated[str, Field(pattern=NAME, max_length=63), AfterValidator(_is_free)] | None = None
    """The Kubernetes namespace; the product's name unless given."""
    state_bucket_name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """The bucket of its Terraform state; `{organization}-terraform-state{suffix}` unless given, one in each account."""
    tags: dict[TagKey, TagValue] = Field(default_factory=dict)
    """Further tags on everything AWS makes: letters, digits, blanks and `_.:/=+-@`, as IAM takes them."""
    first_contents: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{10}$")]] = Field(default_factory=dict)
    """For a Secret or ConfigMap the hash of the content that keeps the plain name, `analytics-config: 0a1b2c3d4e`. Every
    other content's name ends in its hash. Recorded once, with the first content, and never changed."""

    _name: str = PrivateAttr(default="")
    _context: Context | None = PrivateAttr(default=None)
    _specs: dict[str, Spec] = PrivateAttr(default_factory=dict)
    _files: ProductFiles = PrivateAttr(default_factory=ProductFiles)
    _variables: dict[str, tuple[Variable, ...]] = PrivateAttr(default_factory=dict)
    _found: dict[type[Any], tuple[Spec, ...]] = PrivateAttr(default_factory=dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_hidden_members(cls)
        if inspect.isfunction(vars(cls).get("monitoring")):
            raise UsageError(f"{cls.__name__}.monitoring() is called `watched` now: `monitoring` is a field's name")
        for field, annotation in inspect.get_annotations(cls).items():
            if not field.startswith("_") and "ClassVar" not in str(annotation) and not FIELD.fullmatch(field):
                raise UsageError(f"{cls.__name__}.{field}: field names are lower-case words, [a-z][a-z0-9_]*")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for field in inspect.get_annotations(cls):
            private = cls.__private_attributes__.get(field)
            if private and private.default is PydanticUndefined and private.default_factory is None:
                raise UsageError(
                    f"{cls.__name__}.{field}: a name that begins with an underscore is no field: write `{field.lstrip('_')}`"
                )
        for field in Environment.__pydantic_fields__:
            annotation = cls.__pydantic_fields__[field].annotation
            for kind in (annotation, *get_args(annotation)):
                if isinstance(kind, type) and issubclass(kind, Spec):
                    raise UsageError(
                        f"{cls.__name__}.{field} hides a field that every environment has: give this one another name"
                    )

    @property
    def name(self) -> str:
        """`prod`."""
        return self._name

    @property
    def context(self) -> Context:
        """Where and for whom this is. Raises UsageError for an object made by hand, whose names are bound to nothing."""
        private = self.__pydantic_private__
        context: Context | None = private["_context"] if private else None
        if context is None:
            raise UsageError(
                f"{type(self).__name__} was made by hand: load it with Product.load, which binds its names"
            )
        return context

    @property
    def specs(self) -> Mapping[str, Spec]:
        """Every spec by its field's name, in the order of the class."""
        return self._specs

    @property
    def resources(self) -> Iterator[ResourceSpec]:
        """The specs that workloads can link to."""
        return (spec for spec in self._specs.values() if isinstance(spec, ResourceSpec))

    @property
    def workloads(self) -> Iterator[WorkloadSpec]:
        """The specs that Kubernetes runs."""
        return (spec for spec in self._specs.values() if isinstance(spec, WorkloadSpec))

    def find(self, kind: type[S]) -> S | None:
        """The one spec of this kind, or None."""
        found = self.find_all(kind)
        return found[0] if len(found) == 1 else None

    def find_all(self, kind: type[S]) -> tuple[S, ...]:
        """Every spec of this kind, in the order of the class: what one stand-in on a developer's machine may hold."""
        found: tuple[S, ...] | None = self._found.get(kind)  # ty: ignore[invalid-assignment]
        if found is None:
            found = tuple(spec for spec in self._specs.values() if isinstance(spec, kind))
            self._found[kind] = found
        return found

    @cached_property
    def _telling(self) -> tuple[Spec, ...]:
        """The specs that say variables to workloads without a link (`own_variables_of`)."""
        return tuple(spec for spec in self._specs.values() if type(spec).own_variables_of is not Spec.own_variables_of)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link, workload by workload."""
        return tuple(
            Link(workload, resource, Access(use.access) if use.access else resource.access_levels[0], use.names)
            for workload in self.workloads
            for use in map(Use.read, workload.uses)
            if use is not None
            if isinstance(resource := self._specs.get(use.key), ResourceSpec)
            if use.access is None or use.access in resource.access_levels
        )

    def links_of(self, workload: WorkloadSpec) -> tuple[Link, ...]:
        """The links that this workload holds, in the order of `uses`."""
        return self._links_by_spec.get((workload.key, True), ())

    def links_to(self, resource: ResourceSpec) -> tuple[Link, ...]:
        """The links that name this resource."""
        return self._links_by_spec.get((resource.key, False), ())

    @cached_property
    def _links_by_spec(self) -> Mapping[tuple[str, bool], tuple[Link, ...]]:
        """Those of each workload (True) and to each resource (False), by its key."""
        found: dict[tuple[str, bool], list[Link]] = {}
        for link in self.links:
            found.setdefault((link.workload.key, True), []).append(link)
            found.setdefault((link.resource.key, False), []).append(link)
        return {key: tuple(links) for key, links in found.items()}

    def variables_of(self, workload: WorkloadSpec) -> tuple[Variable, ...]:
        """Every variable its links deliver, once, in the order of `uses`."""
        found = self._variables.get(workload.key)
        if found is None:
            links = self.links_of(workload)
            found = tuple(dict.fromkeys(variable for link in links for variable in link.offer.variables))
            self._variables[workload.key] = found
        return found

    @cached_property
    def config(self) -> Mapping[str, str]:
        """The plain variables that links deliver, by their key in the product's ConfigMap.

        Empty ones are none of its content: a secret that is off, or has no former value yet, is an empty variable of its
        workload, and switching it on is nobody else's affair.
        """
        return dict(
            sorted(
                (variable.key, variable.value)
                for workload in self.workloads
                for variable in self.variables_of(workload)
                if variable.secret is None and variable.value
            )
        )

    @property
    def plain_config_name(self) -> str:
        """The name of the product's ConfigMap without the hash of its content, `analytics-config`."""
        return self.context.kubernetes_name("config")

    @cached_property
    def config_name(self) -> str:
        """The product's ConfigMap, named by its content: a changed value makes another one, for new pods."""
        return content_name(self.plain_config_name, digest(self.config), self.first_contents)

    @property
    def contents(self) -> Mapping[str, str]:
        """What is named by content: each plain name with the hash of what it holds now. `first_contents` takes it as it
        stands.
        """
        secrets = {one.plain_secret: one.secret_digest for one in self.workloads if one.secret_variables}
        return secrets | ({self.plain_config_name: digest(self.config)} if self.config else {})

    def files_of(self, workload: WorkloadSpec) -> tuple[File, ...]:
        """Every file its links deliver, each once: two of one name that differ are refused at load."""
        return tuple(dict.fromkeys(file for link in self.links_of(workload) for file in link.offer.files))

    @cached_property
    def linked_files(self) -> Mapping[str, str]:
        """The files that links deliver, by name."""
        files = (file for workload in self.workloads for file in self.files_of(workload))
        return dict(sorted((file.name, file.content) for file in files))

    @cached_property
    def linked_files_name(self) -> str:
        """The ConfigMap of these files, named by their content: pods that run keep what they mounted."""
        return content_name(self.context.kubernetes_name("files"), digest(self.linked_files), {})

    @property
    def product_files(self) -> ProductFiles:
        """The files of the product's folder that workloads mount, as they were when the environment was loaded."""
        return self._files

    def watched(self) -> Monitoring:
        """What the product has watched beyond what its specs say of themselves. For subclasses."""
        return Monitoring()

    @property
    def stack_id(self) -> str:
        """`analytics-prod`: the Terraform stack and the folder of manifests."""
        return f"{self.product}-{self.name}"

    @property
    def state_bucket(self) -> str:
        """The bucket of its Terraform state, `shadower-terraform-state` in production.

        One in each account, whose own credentials open it and no other's: in a shared one whoever works on dev could
        overwrite production's state.
        """
        return self.state_bucket_name or f"{self.organization}-terraform-state{self.context.suffix}"

    @property
    def state_key(self) -> str:
        """Its own state in it: `analytics/terraform.tfstate`, or `analytics/dev/terraform.tfstate`."""
        folder = f"{self.name}/" if self.context.suffix else ""
        return f"{self.product}/{folder}terraform.tfstate"

    def bind(self, name: str, specs: Mapping[str, Spec], today: datetime.date, files: ProductFiles = NO_FILES) -> None:
        """Ties each spec to its field's name and to this environment. Called once, by the loader."""
        self._files = files
        suffix = f"-{name}" if self.suffix is None else self.suffix
        self._name = name
        self._context = Context(
            organization=self.organization,
            product=self.product,
            environment=name,
            suffix=suffix,
            account=self.account,
            region=self.region,
            version=self.version,
            protected=self.protected,
            namespace=self.namespace or self.product,
            today=today,
            tags={**own_tags(name, self.product), **self.tags},
        )
        self._specs = dict(specs)
        for key, spec in specs.items():
            self._tie(key, spec)
        for brought in [spec.brings() for spec in specs.values()]:
            for key, spec in brought.items():
                self._tie(key, spec)
                self._specs[key] = spec
        self._found.clear()  # what was found of them by now was not all

    def _tie(self, key: str, spec: Spec) -> None:
        spec._key = key  # noqa: SLF001  the loader's half of Spec
        spec._environment = self  # noqa: SLF001


FIELD: Final = re.compile(r"[a-z][a-z0-9_]*")
"""What a field of an environment may be called."""

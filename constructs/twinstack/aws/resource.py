"""What every AWS construct is, and what a resource does for the links that name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from cdktf import ITerraformDependable
from constructs import Construct

from twinstack.aws.policy import Statement
from twinstack.environment import Context, Link, Reach, ResourceSpec, Spec
from twinstack.environment.links import place_of
from twinstack.errors import ConstructionError

if TYPE_CHECKING:
    from twinstack.aws.infrastructure import Infrastructure

P = TypeVar("P", bound=Spec)
R = TypeVar("R", bound=ResourceSpec)


class Admitting(Protocol):
    """Where pods run: what a resource must let in, and where identities are bound."""

    @property
    def cluster_name(self) -> str:
        """The cluster's name."""
        ...

    @property
    def security_group_id(self) -> str:
        """The security group of every pod's traffic."""
        ...


class Extensible(Admitting, Protocol):
    """A cluster that may take further add-ons."""

    @property
    def is_own(self) -> bool:
        """Whether it is this stack's; another team's cluster takes none."""
        ...

    @property
    def literal_name(self) -> str:
        """The cluster's name as text, for what must be known before it exists."""
        ...

    def addon(
        self,
        name: str,
        configuration: Mapping[str, Any] | None = None,
        *,
        roles: Mapping[str, str] | None = None,
        after: Sequence[ITerraformDependable] = (),
    ) -> object:
        """An EKS add-on. `roles` maps its service accounts to role ARNs."""
        ...


class Room(Construct, Generic[P]):
    """The AWS side of one spec. Its id in the tree is the spec's key; it is noted as built.

    Raises ConstructionError for a spec that was built before, or that belongs to another environment.
    """

    def __init__(self, scope: Infrastructure[Any], spec: P) -> None:
        scope.enter(self, spec)  # first: the tree's own refusal of a second one names no line to remove
        super().__init__(scope, spec.key)
        self.stack = scope
        self.spec = spec
        self.context: Context = spec.context


class Resource(Room[R], Generic[R]):
    """The AWS side of something that workloads link to."""

    def admit(self, cluster: Admitting) -> None:
        """Opens the way in from the cluster's pods; called once, when any link names this resource.

        Raises ConstructionError, unless a subclass replaces it, for a resource that its links lead to in the database tier.
        """
        del cluster
        if any(link.offer.reach is Reach.DATABASE_TIER for link in self.spec.links):
            kind = type(self)
            raise ConstructionError(
                f"{place_of(kind)}: environment.{self.spec.key} is offered in the database tier, but nothing lets the "
                f"cluster in: write {kind.__name__}.admit(self, cluster), which makes one ingress rule for the offer's port "
                "from `cluster.security_group_id`"
            )

    def grant(self, link: Link) -> Sequence[Statement]:
        """The least that this link's access means, as IAM statements. Secrets are granted beside it."""
        del link
        return ()

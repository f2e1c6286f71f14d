"""What every AWS construct is, and what a resource does for the links that name it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from constructs import Construct

from twinstack.aws.policy import Statement
from twinstack.environment import Link, ResourceSpec, Spec

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


class Room(Construct, Generic[P]):
    """The AWS side of one spec. Its id in the tree is the spec's key; it is noted as built."""

    def __init__(self, scope: Infrastructure[Any], spec: P) -> None:
        super().__init__(scope, spec.key)
        self.stack = scope
        self.spec = spec
        self.context = spec.context
        scope.enter(self, spec)


class Resource(Room[R], Generic[R]):
    """The AWS side of something that workloads link to."""

    def admit(self, cluster: Admitting) -> None:
        """Opens the way in from the cluster's pods; called once, when any link names this resource."""

    def grant(self, link: Link) -> Sequence[Statement]:
        """The least that this link's access means, as IAM statements. Secrets are granted beside it."""
        del link
        return ()

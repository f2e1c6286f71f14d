"""Links: "this workload uses that resource, with this access", and what a resource offers to them.

Links exist, complete, in plain Python before any construct does. Both halves read them; neither adds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from twinstack.environment.spec import ResourceSpec, WorkloadSpec


class Access(StrEnum):
    """How much a link may do. Each resource lists the levels it knows; its first is the default."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Reach(StrEnum):
    """Where the traffic of a link goes, which is what a network policy must let out."""

    DATABASE_TIER = "database tier"
    """Addresses in the network's database subnets."""
    PODS = "pods"
    """Another workload of the same product."""
    AWS_API = "AWS API"
    """An AWS endpoint, on 443."""
    NOTHING = "nothing"
    """No traffic: the link only delivers values."""


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A secret's place: its name in Secrets Manager, and the version that YAML counts (rotation adds one)."""

    name: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a link delivers: a plain `value`, or one read from a `secret`."""

    name: str
    value: str = ""
    secret: SecretValue | None = None

    @property
    def key(self) -> str:
        """Its key in a ConfigMap or Secret: `DATABASE_URL` is `database-url`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Preparation:
    """What must be done before the workload's own command: a script that runs in a container of its own, first.

    It sees the variables of its link and no others, and must be harmless when it runs again.
    """

    name: str
    image: str
    script: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a resource gives to a workload that links to it with one access level."""

    variables: tuple[Variable, ...] = ()
    reach: Reach = Reach.NOTHING
    port: int | None = None
    preparation: Preparation | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One workload's use of one resource."""

    workload: WorkloadSpec
    resource: ResourceSpec
    access: Access

    @property
    def offer(self) -> Offer:
        """What the resource gives for this access."""
        return self.resource.offer(self.access)

    def __str__(self) -> str:
        return f"{self.workload.key} -> {self.resource.key} ({self.access})"


class Use(NamedTuple):
    """One entry of `uses` as written: the resource's key, and the access if one was named."""

    key: str
    access: str | None

    @classmethod
    def read(cls, raw: Any) -> Use | None:
        """`database` or `{exports: write}`; None for anything else."""
        match raw:
            case str():
                return cls(raw, None)
            case Mapping() if len(raw) == 1 and all(isinstance(part, str) for part in (*raw, *raw.values())):
                return cls(*next(iter(raw.items())))
            case _:
                return None

"""Links: "this workload uses that resource, with this access", and what a resource offers to them.

Links exist, complete, in plain Python before any construct does. Both halves read them; neither adds one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from twinstack.errors import UsageError, file_and_folder

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


class _NotGiven(str):
    """An empty value that nobody gave: one that is given may be empty."""

    __slots__ = ()


NOT_GIVEN: Final = _NotGiven()
HTTPS: Final = 443
"""Where AWS answers."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a link delivers: a plain `value`, or one read from a `secret`.

    Raises UsageError for a name that is none, for both or neither of the two, and for a value that Terraform would only
    know once it has run: what pods read is written before.
    """

    name: str
    value: str = NOT_GIVEN
    secret: SecretValue | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not VARIABLE_NAME.fullmatch(self.name):
            raise UsageError(
                f"Variable.name is {self.name!r}: upper-case letters, digits and underscores, a letter first"
            )
        where = f"Variable({self.name!r})"
        if not isinstance(self.secret, SecretValue | None):
            raise UsageError(f"{where}.secret is {self.secret!r}: a SecretValue(name, version)")
        if self.secret is None and self.value is NOT_GIVEN:
            raise UsageError(f"{where} has neither a value nor a secret: give it one of the two")
        if self.secret is not None:
            if self.value:
                raise UsageError(f"{where} has both a value and a secret: give it one of the two")
            object.__setattr__(self, "value", "")
        elif not isinstance(self.value, str):
            raise UsageError(f"{where}.value is {self.value!r}: text, for example {str(self.value)!r}")
        elif OF_TERRAFORM.search(self.value):
            raise UsageError(
                f"{where}.value is {self.value!r}, which only Terraform resolves: the Kubernetes half would deliver it as "
                "it stands. Make it of names that are known beforehand (`aws_name`, `context`), or write it into a Secret"
            )

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
    """What a resource gives to a workload that links to it with one access level.

    Raises UsageError for fields that are none, that contradict each other, and for a variable that stands twice.
    """

    variables: tuple[Variable, ...] = ()
    reach: Reach = Reach.NOTHING
    port: int | None = None
    preparation: Preparation | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.variables, tuple) or not all(isinstance(one, Variable) for one in self.variables):
            raise UsageError(f"Offer.variables is {self.variables!r}: a tuple of them; of one, `(variable,)`")
        names = [variable.name for variable in self.variables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"Offer.variables has {', '.join(twice)} twice: keep one of each name")
        if not isinstance(self.reach, Reach):
            raise UsageError(f"Offer.reach is {self.reach!r}: one of {', '.join(f'Reach.{one.name}' for one in Reach)}")
        if self.port is None:
            return
        if type(self.port) is not int or not 1 <= self.port <= LAST_PORT:
            raise UsageError(f"Offer.port is {self.port!r}: a whole number from 1 to {LAST_PORT}")
        if self.reach is Reach.NOTHING:
            raise UsageError(
                f"Offer.port is {self.port}, but Offer.reach is Reach.NOTHING: say where the port is, or give none"
            )
        if self.reach is Reach.AWS_API and self.port != HTTPS:
            raise UsageError(f"Offer.port is {self.port}, but AWS APIs answer on {HTTPS} alone (Reach.AWS_API)")


@dataclass(frozen=True, slots=True)
class Link:
    """One workload's use of one resource."""

    workload: WorkloadSpec
    resource: ResourceSpec
    access: Access

    @property
    def offer(self) -> Offer:
        """What the resource gives for this access. Raises UsageError for an offer that is none, and says whose it is."""
        kind = type(self.resource)
        try:
            offer = self.resource.offer(self.access)
        except UsageError as error:
            raise UsageError(f"{place_of(kind)}: offer({self.access}): {error}") from error
        if not isinstance(offer, Offer):
            raise UsageError(f"{place_of(kind)}: offer({self.access}) is {offer!r}: return an Offer")
        return offer

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


def place_of(kind: type) -> str:
    """A class and its file, for its author: `QueueSpec (acme_queue/spec.py)`."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return f"{kind.__name__} ({file_and_folder(file)})" if file else kind.__name__


VARIABLE_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
OF_TERRAFORM: Final = re.compile(r"\$\{(TfToken\[|((data|ephemeral)\.)?aws_)")
LAST_PORT: Final = 65535

"""What shared secrets are described by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment.links import Access, Offer, SecretValue, Variable
from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import PlainText, VariableName
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import StandIn


class Described(Model):
    """What .env.example says of a secret."""

    group: PlainText | None = None
    """Its heading there; the field's name unless given."""


class GeneratedSecret(Described):
    """A value that AWS makes up and nobody needs to see."""

    description: PlainText = ""
    """What it is for."""

    length: Annotated[int, Field(ge=32, le=4096)] = 64
    """Characters (letters and digits)."""
    version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes a new value."""


class ProvidedSecret(Described):
    """A value that comes from outside. Terraform makes its place; a person puts the value there."""

    description: Annotated[PlainText, Field(min_length=1)]
    """Where the value is to be had, for the person who provides it."""
    example: PlainText = ""
    """Its value in .env.example, safe to publish; without one it may be empty on a developer's machine."""
    version: Annotated[int, Field(ge=1)] = 1
    """Adding one rolls the pods, after a new value was put in place."""


class SecretsSpec(ResourceSpec):
    """Secret variables, each a secret of its own in Secrets Manager. Linking to them delivers all of them."""

    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)

    generated: dict[VariableName, GeneratedSecret] = Field(default_factory=dict)
    """Values that AWS makes up."""
    provided: dict[VariableName, ProvidedSecret] = Field(default_factory=dict)
    """Values that a person puts in place."""

    def secret(self, variable: str) -> SecretValue:
        """The place of one variable: `shadower-analytics/credentials/JWT_SECRET`."""
        entry = self.generated.get(variable) or self.provided[variable]
        return SecretValue(self.context.secret_name(self.key, variable), entry.version)

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        return Offer(tuple(Variable(name, secret=self.secret(name)) for name in (*self.generated, *self.provided)))

    def local(self) -> StandIn:
        from twinstack.secrets.local import stand_in

        return stand_in(self)

    def names(self) -> Iterator[tuple[str, str]]:
        for variable in (*self.generated, *self.provided):
            yield "Secrets Manager secret", self.secret(variable).name

    def rules(self) -> Iterator[Finding]:
        for name in sorted(set(self.generated) & set(self.provided)):
            yield Finding(
                "TW205", f"{name} is both generated and provided", ("provided", name), name, "one source for each variable", "keep one",
            )  # fmt: skip
        if not self.generated and not self.provided:
            yield Finding(
                "TW707",
                "no secret at all",
                (),
                "nothing generated, nothing provided",
                "at least one variable",
                "remove the spec, or add one",
            )

"""What shared secrets are described by."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.links import Access, Offer, SecretValue, Variable
from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import CapitalName, PlainText
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import StandIn
from twinstack.environment.text import check_text

LONGEST_DESCRIPTION: Final = 1800
"""Secrets Manager takes 2,048 characters, of which the variable's name and what is to be done take up to 220. Source: AWS
Secrets Manager API Reference, CreateSecret, Description."""


class SharedSecret(Model):
    """What generated and provided values have in common."""

    group: PlainText | None = None
    """Its heading in .env.example; the field's name unless given."""
    version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes new pods read another value: a generated one is made, a provided one is to be put in place. Pods
    that run keep theirs."""
    former: bool = False
    """Delivers the value of the version before this one too, as `{VARIABLE}_PREVIOUS`; empty at version 1."""
    retired: bool = False
    """Takes it from the pods and leaves it where it is: its place stays, protected, and may be read by pods that still
    do. The step before its entry is removed, or an optional one is switched off."""

    @property
    def is_delivered(self) -> bool:
        """Whether pods read it."""
        return not self.retired

    @property
    def is_empty(self) -> bool:
        """Whether pods are given an empty variable in its place."""
        return False


class GeneratedSecret(SharedSecret):
    """A value that AWS makes up and nobody needs to see."""

    description: Annotated[PlainText, Field(max_length=LONGEST_DESCRIPTION)] = ""
    """What it is for."""

    length: Annotated[int, Field(ge=32, le=4096)] = 64
    """Characters (letters and digits)."""


class ProvidedSecret(SharedSecret):
    """A value that comes from outside. Terraform makes its place; a person puts the value there."""

    description: Annotated[PlainText, Field(min_length=1, max_length=LONGEST_DESCRIPTION)]
    """Where the value is to be had, for the person who provides it."""
    example: str = ""
    """Its value in .env.example, safe to publish; without one it may be empty on a developer's machine."""
    optional: bool = False
    """Whether the programs do without it. They must take an empty variable for a feature that is off."""
    enabled: bool = True
    """False where an optional one is not to be had: it has no place, and its variable is empty."""

    @property
    def is_delivered(self) -> bool:
        return self.enabled and not self.retired

    @property
    def is_empty(self) -> bool:
        return self.optional and not self.is_delivered

    @property
    def has_place(self) -> bool:
        """Whether it exists in Secrets Manager."""
        return self.enabled or self.retired

    def rules(self) -> Iterator[Finding]:
        yield from check_text(self.example, ("example",), beside=_LONGEST_NAME)
        if not self.enabled and not self.optional:
            yield Finding(
                "TW210",
                "a secret that its readers cannot do without is switched off",
                ("enabled",),
                "enabled: false",
                "false only beside `optional: true`, which says that an empty value switches a feature off",
                "say `optional: true` if it is so; to take it away, `retired: true` for one release, then remove the entry",
            )


class SecretsSpec(ResourceSpec):
    """Secret variables, each a secret of its own in Secrets Manager. Linking to them delivers all of them."""

    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)

    generated: dict[CapitalName, GeneratedSecret] = Field(default_factory=dict)
    """Values that AWS makes up."""
    provided: dict[CapitalName, ProvidedSecret] = Field(default_factory=dict)
    """Values that a person puts in place."""

    folder: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] | None = None
    """The part of the secrets' names that stands for this field, whose name it is unless given: a field that is renamed or
    divided keeps its secrets with their values."""

    @property
    def entries(self) -> Mapping[str, SharedSecret]:
        """Both kinds, by their variables. One that is of both is refused by a rule."""
        provided = {name: entry for name, entry in self.provided.items() if name not in self.generated}
        return {**self.generated, **provided}

    def secret(self, variable: str) -> SecretValue:
        """The place of one variable: `shadower-analytics/credentials/JWT_SECRET`."""
        name = self.context.secret_name(self.folder or self.key, variable)
        return SecretValue(name, self.entries[variable].version)

    @property
    def places(self) -> tuple[str, ...]:
        """The variables that have a secret in Secrets Manager."""
        return (*self.generated, *(name for name, one in self.provided.items() if one.has_place))

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        retired = tuple(self.secret(name) for name, entry in self.entries.items() if entry.retired)
        return Offer(tuple(self._variables()), retired=retired)

    def _variables(self) -> Iterator[Variable]:
        for name, entry in self.entries.items():
            if not entry.is_delivered and not entry.is_empty:
                continue
            value = self.secret(name) if entry.is_delivered else None
            yield _variable(name, value)
            previous = f"{name}{PREVIOUS}"
            if entry.former and previous not in self.entries:  # which a rule refuses, and names the place
                yield _variable(previous, value.former if value else None)

    def local(self) -> StandIn:
        from twinstack.secrets.local import stand_in

        return stand_in(self)

    def names(self) -> Iterator[tuple[str, str]]:
        for variable in self.places:
            yield "Secrets Manager secret", self.secret(variable).name

    def rules(self) -> Iterator[Finding]:
        for name in sorted(set(self.generated) & set(self.provided)):
            yield Finding(
                "TW205", f"{name} is both generated and provided", ("provided", name), name, "one source for each variable", "keep one",
            )  # fmt: skip
        for kind, entries in (("generated", self.generated), ("provided", self.provided)):
            for name, entry in entries.items():
                other = f"{name}{PREVIOUS}"
                if entry.former and other in self.entries:
                    yield Finding(
                        "TW205", f"two things set {other}", (kind, name, "former"), f"the former {name}, and an entry of that name",
                        "one source for each variable", "rename the entry, or do without the former value",
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


def _variable(name: str, value: SecretValue | None) -> Variable:
    return Variable(name, secret=value) if value else Variable(name, "")


_LONGEST_NAME: Final = 200
PREVIOUS: Final = "_PREVIOUS"
"""Ends the variable that carries the value before the current one."""

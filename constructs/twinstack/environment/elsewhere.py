"""What a workload reads of Secrets and ConfigMaps that somebody else keeps, in the namespace of the product.

Nobody here makes, changes or deletes them, and no release waits for a change in them: pods that run keep a variable's value
until they are replaced. `twinstack doctor` looks whether they are there, and have the keys. Source: Kubernetes, "Secrets",
"ConfigMaps" (what a container is given of them).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import VariableName
from twinstack.environment.text import check_text

OBJECT_NAME: Final = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
OBJECT_KEY: Final = r"^[A-Za-z0-9._-]{1,253}$"
ObjectName = Annotated[str, Field(pattern=OBJECT_NAME)]
Prefix = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,48}_$")]
ObjectKey = Annotated[str, Field(pattern=OBJECT_KEY)]


class KeptElsewhere(Model):
    """A Secret or ConfigMap that somebody else keeps."""

    in_one_way: ClassVar[str] = "`{secret: NAME}` or `{config_map: NAME}`"
    """How it is written."""
    secret: ObjectName | None = None
    """The Secret's name. It is looked for in the product's namespace."""
    config_map: ObjectName | None = None
    """The ConfigMap's name, where it is no Secret."""
    optional: bool = False
    """Whether the pod starts without it."""

    @property
    def kind(self) -> str:
        """`Secret` or `ConfigMap`."""
        return "Secret" if self.secret else "ConfigMap"

    @property
    def object_name(self) -> str:
        """The name of the Secret or ConfigMap."""
        return self.secret or self.config_map or ""

    @property
    def title(self) -> str:
        """`Secret payments`."""
        return f"{self.kind} {self.object_name}"

    def rules(self) -> Iterator[Finding]:
        if (self.secret is None) == (self.config_map is None):
            yield Finding(
                "TW622",
                "it is not said in one way where the value stands",
                given="both a Secret and a ConfigMap" if self.secret else "neither a Secret nor a ConfigMap",
                allowed=self.in_one_way,
                fix="keep one of the two" if self.secret else "name the object that holds it",
            )


class Elsewhere(KeptElsewhere):
    """One entry of it."""

    in_one_way: ClassVar[str] = "`{secret: NAME, key: KEY}` or `{config_map: NAME, key: KEY}`"
    key: ObjectKey
    """Which entry of it."""


class VariableSource(Elsewhere):
    """Where the value of a variable stands."""

    example: str = ""
    """Its value in .env.example, safe to publish; without one it may be empty on a developer's machine."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        yield from check_text(self.example, ("example",))


class PrefixedVariables(KeptElsewhere):
    """All entries of a Secret or ConfigMap, each as a variable behind a prefix."""

    examples: dict[VariableName, str] = Field(default_factory=dict)
    """What of it a developer's machine has, in .env.example: the names without the prefix, and values safe to publish."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        for name, value in self.examples.items():
            yield from check_text(value, ("examples", name))


class VariablesElsewhere(Model):
    """What a workload says of variables whose values somebody else keeps."""

    variables_from: dict[VariableName, VariableSource] = Field(default_factory=dict)
    """Variables whose values stand in Secrets and ConfigMaps that are made elsewhere: `{API_KEY: {secret: payments, key: api-key}}`."""

    variables_by_prefix: dict[Prefix, PrefixedVariables] = Field(default_factory=dict)
    """Whole Secrets and ConfigMaps that are made elsewhere, by the prefix of the variables that their entries become:
    `{PAYMENTS_: {secret: payments}}`. Where the names are known, `variables_from` says them, and each is looked for."""

    @property
    def kept_elsewhere(self) -> tuple[KeptElsewhere, ...]:
        """Everything that its pods read and that nobody here makes."""
        return (*self.variables_from.values(), *self.variables_by_prefix.values())


def check_elsewhere(
    workload: VariablesElsewhere, own: Mapping[str, str], delivered: Collection[str]
) -> Iterator[Finding]:
    """A finding for each variable that the workload sets itself as well, and for a prefix that others begin with: links, by the names
    that they deliver.
    """
    for name in workload.variables_from:
        if name in own:
            yield Finding(
                "TW205",
                f"two things set {name}",
                ("variables_from", name),
                given=f"{workload.variables_from[name].title}, and the workload itself: {own[name]}",
                allowed="one source for each variable",
                fix="remove one of them, or give one of them another name",
            )
    prefixes = {prefix: f"another prefix, {prefix}" for prefix in workload.variables_by_prefix}
    others = {**dict.fromkeys(delivered, "a link"), **dict.fromkeys(workload.variables_from, "variables_from")}
    others |= {**dict.fromkeys(own, "the workload itself"), **prefixes}
    for prefix, source in workload.variables_by_prefix.items():
        for name, whose in others.items():
            if name != prefix and name.startswith(prefix):
                yield Finding(
                    "TW205",
                    f"two things may set {name}",
                    ("variables_by_prefix", prefix),
                    given=f"all of {source.title}, and {whose}",
                    allowed="a prefix that nothing else begins with",
                    fix="give it another prefix",
                )

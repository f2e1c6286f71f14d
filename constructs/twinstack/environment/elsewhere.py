"""What a workload reads of Secrets and ConfigMaps that somebody else keeps, in the namespace of the product.

Nobody here makes, changes or deletes them, and no release waits for a change in them: pods that run keep a variable's value
until they are replaced. `twinstack doctor` looks whether they are there, and have the keys. Source: Kubernetes, "Secrets",
"ConfigMaps" (what a container is given of them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import VariableName
from twinstack.environment.text import check_text

OBJECT_NAME: Final = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
OBJECT_KEY: Final = r"^[A-Za-z0-9._-]{1,253}$"
ObjectName = Annotated[str, Field(pattern=OBJECT_NAME)]
ObjectKey = Annotated[str, Field(pattern=OBJECT_KEY)]


class Elsewhere(Model):
    """One entry of a Secret or ConfigMap that somebody else keeps."""

    secret: ObjectName | None = None
    """The Secret's name. It is looked for in the product's namespace."""
    config_map: ObjectName | None = None
    """The ConfigMap's name, where it is no Secret."""
    key: ObjectKey
    """Which entry of it."""
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
                allowed="`{secret: NAME, key: KEY}` or `{config_map: NAME, key: KEY}`",
                fix="keep one of the two" if self.secret else "name the object that holds it",
            )


class VariableSource(Elsewhere):
    """Where the value of a variable stands."""

    example: str = ""
    """Its value in .env.example, safe to publish; without one it may be empty on a developer's machine."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        yield from check_text(self.example, ("example",))


class VariablesElsewhere(Model):
    """What a workload says of variables whose values somebody else keeps."""

    variables_from: dict[VariableName, VariableSource] = Field(default_factory=dict)
    """Variables whose values stand in Secrets and ConfigMaps that are made elsewhere: `{API_KEY: {secret: payments, key: api-key}}`."""

    @property
    def kept_elsewhere(self) -> tuple[Elsewhere, ...]:
        """Every entry that its pods read and that nobody here makes."""
        return tuple(self.variables_from.values())


def check_elsewhere(workload: VariablesElsewhere, own: dict[str, str]) -> Iterator[Finding]:
    """A finding for each variable that the workload sets itself as well."""
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

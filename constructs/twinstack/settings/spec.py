"""What settings are described by."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from twinstack.environment.links import Access, Offer, Variable
from twinstack.environment.model import Finding
from twinstack.environment.quantities import PlainText, VariableName
from twinstack.environment.spec import Half, ResourceSpec
from twinstack.environment.stand_in import StandIn
from twinstack.environment.text import check_text


class SettingsSpec(ResourceSpec):
    """Plain variables, kept in the product's ConfigMap. Linking to them delivers all of them."""

    built_in: ClassVar[frozenset[Half]] = frozenset()
    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)

    variables: dict[VariableName, str | int | bool]
    """Each variable with its value; `true` and `false` are delivered as those words."""

    groups: dict[PlainText, dict[VariableName, PlainText]] = Field(default_factory=dict)
    """What .env.example says of each variable, under a heading."""

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        return Offer(tuple(Variable(name, _text(value)) for name, value in self.variables.items()))

    def rules(self) -> Iterator[Finding]:
        for name, value in self.variables.items():
            yield from check_text(_text(value), ("variables", name), beside=len(name) + 1)
        for group, described in self.groups.items():
            for name in described:
                if name not in self.variables:
                    yield Finding(
                        "TW207",
                        "a description of a variable that does not exist",
                        ("groups", group, name),
                        given=name,
                        allowed=", ".join(self.variables),
                        fix="add the variable, or remove its description",
                    )

    def local(self) -> StandIn:
        from twinstack.settings.local import stand_in

        return stand_in(self)


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

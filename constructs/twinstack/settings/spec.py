"""What settings are described by."""

from __future__ import annotations

from typing import ClassVar

from twinstack.environment.links import Access, Offer, Variable
from twinstack.environment.quantities import VariableName
from twinstack.environment.spec import ResourceSpec


class SettingsSpec(ResourceSpec):
    """Plain variables, kept in the product's ConfigMap. Linking to them delivers all of them."""

    built_in: ClassVar = frozenset()
    access_levels: ClassVar = (Access.READ,)

    variables: dict[VariableName, str | int | bool]
    """Each variable with its value; `true` and `false` are delivered as those words."""

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        return Offer(tuple(Variable(name, _text(value)) for name, value in self.variables.items()))


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What plain variables are on a developer's machine: the values of the environment, which compose.override.yaml may replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.links import Access
from twinstack.environment.stand_in import Entry, StandIn, literal

if TYPE_CHECKING:
    from twinstack.settings.spec import SettingsSpec


def stand_in(spec: SettingsSpec) -> StandIn:
    """Each variable with the environment's value, written out: a line of an .env of last week must not keep what
    environments/ has changed since.
    """
    values = {variable.name: variable.value for variable in spec.offer(Access.READ).variables}
    described = {name: (group, text) for group, members in spec.groups.items() for name, text in members.items()}
    nowhere = (spec.key.replace("_", " ").capitalize(), f"a variable of {spec.key}")
    listed = sorted(values, key=lambda name: list(described).index(name) if name in described else len(described))
    return StandIn(
        variables={name: literal(value) for name, value in values.items()},
        entries=tuple(
            Entry(group, name, values[name], text) for name in listed for group, text in [described.get(name, nowhere)]
        ),
    )

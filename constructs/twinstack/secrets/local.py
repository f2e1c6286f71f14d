"""What secret variables are on a developer's machine: lines of .env, which Git does not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.links import Access
from twinstack.environment.stand_in import Entry, StandIn
from twinstack.secrets.spec import PREVIOUS

if TYPE_CHECKING:
    from twinstack.secrets.spec import SecretsSpec


def stand_in(spec: SecretsSpec) -> StandIn:
    """Each variable from .env: one with an example must have a value there, one without may be empty."""
    offered = {variable.name for variable in spec.offer(Access.READ).variables}
    entries = (
        *(
            Entry(one.group or _group(spec), name, _made_up(name, one.length), one.description or "made by AWS", is_secret=True)
            for name, one in spec.generated.items()
            if name in offered
        ),
        *(
            Entry(one.group or _group(spec), name, one.example, one.description, is_secret=True)
            for name, one in spec.provided.items()
            if name in offered
        ),
        *(
            Entry(one.group or _group(spec), f"{name}{PREVIOUS}", "", f"the {name} before this one, while it is rotated", is_secret=True)
            for name, one in (*spec.generated.items(), *spec.provided.items())
            if f"{name}{PREVIOUS}" in offered
        ),
    )  # fmt: skip
    return StandIn(
        variables={
            entry.name: f"${{{entry.name}:?copy .env.example to .env}}" if entry.example else f"${{{entry.name}-}}"
            for entry in entries
        },
        entries=entries,
    )


def _group(spec: SecretsSpec) -> str:
    return spec.key.replace("_", " ").capitalize()


def _made_up(name: str, length: int) -> str:
    """A value of the right length that nobody takes for a real one."""
    start = f"local-only-{name.lower().replace('_', '-')}-"
    return start[:length].ljust(length, "0")

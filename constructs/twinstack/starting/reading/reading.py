"""What was read: things for a product, and everything that was left out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twinstack.layers.document import Path_, dotted


@dataclass(slots=True)
class Thing:
    """A field of the product: its kind, and what the file says of it in place of the kind's own beginning."""

    kind: str
    key: str
    base: dict[str, Any] = field(default_factory=dict)
    """Values of base.yaml, by key."""
    unprotected: dict[str, Any] = field(default_factory=dict)
    """Values of the layers that are not production's."""
    uses: list[str] = field(default_factory=list)
    """Its links, as they stand in `uses`; nothing else is linked to."""


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """Something of the file that the product does not say, and why."""

    line: int
    path: str
    reason: str
    given: str = ""


@dataclass(slots=True)
class Reading:
    """A whole file, read."""

    file: str
    format: str
    """`a Compose file`, or `the values of a chart`."""
    things: list[Thing] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    edge: str = ""
    """The host that it is reached by, where the file says so."""

    def leave_out(self, line: int, path: Path_, reason: str, given: str = "") -> None:
        """Notes what is not in the product. `given` never holds a secret's value."""
        self.left_out.append(LeftOut(line, dotted(path), reason, given))

    @property
    def by_key(self) -> Mapping[str, Thing]:
        """The things by their fields."""
        return {thing.key: thing for thing in self.things}

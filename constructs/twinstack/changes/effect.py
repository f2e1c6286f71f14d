"""What a change does to what stands, from nothing that anybody notices to what cannot be made again."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """How bad a change is, the worst last; members are ordered."""

    SAFE = "safe"
    """Nobody notices."""
    RESTARTS = "restarts"
    """Something begins anew, one after another: whoever is connected connects again."""
    INTERRUPTS = "interrupts"
    """Something does not answer for a while."""
    REPLACES = "replaces"
    """What stands goes, and at best another comes in its place; it held nothing that cannot be made again."""
    UNPROTECTS = "unprotects"
    """What kept it, or what it holds, from being lost or read is off."""
    EXPOSES = "exposes"
    """Somebody reaches it, or may do something, who could not before."""
    DESTROYS_DATA = "destroys data"
    """What goes held something that nothing brings back."""

    def __lt__(self, other: object) -> bool:
        return self._rank < other._rank if isinstance(other, Effect) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._rank <= other._rank if isinstance(other, Effect) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._rank > other._rank if isinstance(other, Effect) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._rank >= other._rank if isinstance(other, Effect) else NotImplemented

    @property
    def _rank(self) -> int:
        return [*Effect].index(self)

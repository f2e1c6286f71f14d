"""How a network's address space is divided: by each zone's letter, so that no zone's subnets depend on another's.

Source: Amazon VPC User Guide, "VPC CIDR blocks".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """The space in eight blocks: a private subnet each for places 0 to 3, one block for all public subnets, one for all
    the databases', and private ones for places 4 and 5. A zone's place is its letter's, `a` is 0.
    """

    space: IPv4Network
    places: Mapping[str, int]
    """Where a zone lies elsewhere than at its letter's place."""

    def place(self, letter: str) -> int:
        return self.places.get(letter, ord(letter) - ord("a"))

    def private(self, letter: str) -> IPv4Network:
        return self._blocks[_PRIVATE_BLOCKS[self.place(letter)]]

    def public(self, letter: str) -> IPv4Network:
        return self._part(_PUBLIC_BLOCK, letter)

    def database(self, letter: str) -> IPv4Network:
        return self._part(_DATABASE_BLOCK, letter)

    @property
    def _blocks(self) -> list[IPv4Network]:
        return list(self.space.subnets(prefixlen_diff=3))

    def _part(self, block: int, letter: str) -> IPv4Network:
        return list(self._blocks[block].subnets(prefixlen_diff=3))[self.place(letter)]


_PRIVATE_BLOCKS: Final = (0, 1, 2, 3, 6, 7)
_PUBLIC_BLOCK: Final = 4
_DATABASE_BLOCK: Final = 5
LAST_PLACE: Final = len(_PRIVATE_BLOCKS) - 1

"""How much a quantity of Kubernetes is. Source: Kubernetes API reference, "Quantity"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final


def number_of(quantity: str) -> Decimal:
    """The number that `10Gi`, `1.5e3` or `128974848` stands for. Raises ValueError for anything else."""
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        raise ValueError(f"{quantity} is no quantity")
    return Decimal(found["number"]) * _UNITS[found["unit"] or ""]


_QUANTITY: Final = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<unit>[KMGTPE]i|[numkMGTPE])?"
)
_UNITS: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal("1e3"),
    **{unit: Decimal(1000) ** (power + 2) for power, unit in enumerate("MGTPE")},
    **{f"{unit}i": Decimal(1024) ** (power + 1) for power, unit in enumerate("KMGTPE")},
}

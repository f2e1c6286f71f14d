"""What is known of an instance by the name of its class: its memory, and with it how many connections RDS allows.

Source: Amazon RDS User Guide, "Quotas and constraints for Amazon RDS" (max_connections), "DB instance classes" (the memory of
each), read in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def memory_gib(instance_class: str) -> float | None:
    """16 of `db.t3.xlarge`; None of a class whose family is not known."""
    _, family, size = instance_class.split(".")
    large = next((gib for letter, gib in LARGE.items() if family.startswith(letter)), None)
    if large is None:
        return None
    if size in SMALLER and family.startswith("t"):
        return SMALLER[size]
    number = size.removesuffix("xlarge")
    if size == "large":
        return large
    return large * 2 * int(number or 1) if size.endswith("xlarge") and (number.isdecimal() or not number) else None


def most_connections(spec: PostgresSpec) -> int | None:
    """How many connections the instance takes: the parameter, or what RDS makes of its memory; None where that is unknown.

    RDS counts the memory that its own processes leave, about nine tenths.
    """
    given = spec.parameters.get("max_connections", "")
    if given.isdecimal():
        return int(given)
    gib = memory_gib(spec.instance_class)
    return None if given or gib is None else min(5000, int(gib * LEFT * 2**30 / BYTES_OF_A_CONNECTION))


LARGE: Final = {"t": 8, "m": 8, "r": 16}
"""GiB of `large`, by the letter of the family; each size above doubles it."""
SMALLER: Final = {"micro": 1, "small": 2, "medium": 4}
LEFT: Final = 0.9
BYTES_OF_A_CONNECTION: Final = 9_531_392
"""LEAST({DBInstanceClassMemory/9531392}, 5000)."""

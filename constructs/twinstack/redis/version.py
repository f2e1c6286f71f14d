"""Which versions of Redis and Valkey ElastiCache has, and which of them follows which."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from twinstack.environment.model import Finding


class RedisFamily(StrEnum):
    """A family of parameter groups: an engine and its major version, in the order in which a group can go through them."""

    REDIS_7 = "redis7"
    VALKEY_7 = "valkey7"
    VALKEY_8 = "valkey8"
    VALKEY_9 = "valkey9"


def check_upgrade(before: RedisFamily, after: str) -> Iterator[Finding]:
    """A finding for a way between two families that AWS does not offer: it goes up only, and from Redis to Valkey.

    Source: Amazon ElastiCache User Guide, "Upgrading engine versions including cross engine upgrades", which also wants the
    new family's parameter group named in the same request; the provider does both (read in November 2026, at 001b636).
    """
    order = list(RedisFamily)
    if after not in order or order.index(before) >= order.index(RedisFamily(after)):
        earlier = ", ".join(order[: order.index(RedisFamily(after))]) if after in order else ""
        yield Finding(
            "TW710",
            "an upgrade that AWS does not offer",
            ("upgrade_from",),
            given=f"from {before} to {after}",
            allowed=f"from {earlier}: to a later version, and never back" if earlier else "no upgrade",
            fix="name the family that the group has today, or remove upgrade_from",
        )


OLDEST: Final = 7
"""Before it, other commands and another family of parameters: nothing new is made with it."""

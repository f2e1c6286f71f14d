"""How sure it is that AWS refuses a value that the data does not have, and so what becomes of it."""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """The data has a date, and AWS goes on."""

    CLOSED = "closed"
    """A limit, a pattern, or a list that changes with AWS's programming interface: refused. Whoever could use a newer value would
    need a newer provider for it too."""
    OFFER = "offer"
    """AWS has it, but had it not there on the day of the data: a machine in this region, a machine for this version of the
    engine, a version that nothing new is made with any more. Refused; who has seen that AWS has it by now acknowledges it."""
    NEWER = "newer"
    """Nobody had it on the day of the data, and it may have come since: another size of machine, the next version. Told."""

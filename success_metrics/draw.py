"""Which fault meets which deployment: drawn by a seed, so that a run can be played again."""

from __future__ import annotations

import random

from success_metrics.faults import FAULTS

NOTHING = ""
"""No fault."""


def drawn(count: int, seed: int) -> list[str]:
    """The fault of each deployment in turn: every kind as often as the others, the rest without one, in any order."""
    kinds = list(FAULTS)
    generator = random.Random(seed)  # noqa: S311  no secret
    if count < len(kinds):
        return generator.sample(kinds, count)
    each = count // (len(kinds) + 1)
    keys = [key for key in kinds for _ in range(each)]
    keys += [NOTHING] * (count - len(keys))
    generator.shuffle(keys)
    return keys

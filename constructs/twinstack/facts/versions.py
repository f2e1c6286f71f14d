"""Which versions there are, and which may have come out since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final


def is_version(full: str, given: str) -> bool:
    """Whether what was given is the version or begins it: 15 and 15.17 for 15.17, and not 1."""
    return full == given or full.startswith(f"{given}.")


def order(version: str) -> tuple[int, ...]:
    """What versions are put in order by: 9.6.24 is before 10.1."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:_PARTS])


def may_have_come(version: str, known: Iterable[str]) -> bool:
    """Whether a version may have come out since some were listed: it goes on where one of their lines ends.

    After 15.17 and 16.9 that is 15.18 to 15.21, 16.10 to 16.13 and 17; neither 15.3, which is gone, nor 99.
    """
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        return False
    given, lines = order(version), [order(one) for one in known]
    shared = max(
        (length for length in range(len(given)) if any(one[:length] == given[:length] for one in lines)), default=0
    )
    ends = [one[shared] for one in lines if one[:shared] == given[:shared] and len(one) > shared]
    if not ends:
        return False
    return max(ends) < given[shared] <= max(ends) + (NEXT if shared else 1)


_PARTS: Final = 3
NEXT: Final = 4
"""How many versions of one line may come out within nine months, after which the data counts as old: Kubernetes has three in a
year, PostgreSQL four."""

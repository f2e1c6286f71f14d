"""Which processor an EC2 instance type has, by its name.

Source, read on 28 November 2026: Amazon EC2 Instance Types guide, "Naming conventions" (a `g` among the letters after the
generation is a Graviton processor, `gb200` a Grace one).
"""

from __future__ import annotations

import re
from typing import Final


def is_arm(machine: str) -> bool:
    """Whether it is arm64, `m7g.large`; a name of another scheme is not."""
    found = SCHEME.fullmatch(machine.partition(".")[0])
    return machine.startswith("a1.") or (found is not None and "g" in found["options"])


SCHEME: Final = re.compile(r"(?P<family>[a-z]+)(?P<generation>[0-9]+)(?P<options>[a-z0-9-]*)")

"""The engine in Python: what stands in for cdktf, cdk8s and their classes, without node.

It gives byte for byte what the engines give that it was compared with, and refuses at once what it does not know
(`UnsupportedError`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["start", "why_not"]


def why_not(archives: Mapping[str, Path]) -> str:
    """Why it would not make what node makes of the wheels with these archives, in words; empty where it does."""
    from twinstack.bindings.native.tables.proof import unproved

    for name in CHANGES_THE_OUTPUT:
        if os.environ.get(name, "false") not in ("false", "0", ""):
            return f"the variable {name}"
    return unproved(archives)


def start(archives: Mapping[str, Path]) -> None:
    """Puts the engine in the place of the wheels, of which those with these archives are installed. Once a process."""
    from twinstack.bindings.native.finder import install

    install({name: archive.parents[1] for name, archive in archives.items()})


CHANGES_THE_OUTPUT: Final = ("SYNTH_HCL_OUTPUT", "CDK8S_DISABLE_SORT", "CDK8S_LEGACY_HASH")
"""Variables of the engines that make something else of the same program."""

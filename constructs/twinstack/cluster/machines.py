"""What an EC2 instance type's name says of it: processor, accelerator, and for the common families its size.

Names follow a scheme, so no table of types has to be kept. Sources, read on 28 November 2026: Amazon EC2 Instance Types
guide, "Naming conventions" (a `g` among the letters after the generation is a Graviton processor, `gb200` a Grace one);
Amazon EKS User Guide, "Choose an optimal instance type" and "Retrieve recommended Amazon Linux AMI IDs".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from twinstack.environment.container import Architecture
from twinstack.facts.processors import SCHEME, is_arm


class Accelerator(StrEnum):
    """What a node's image has to bring drivers for."""

    NONE = "standard"
    NVIDIA = "nvidia"
    NEURON = "neuron"


@dataclass(frozen=True)
class Image:
    """One of EKS' images of Amazon Linux 2023 for managed nodes."""

    ami_type: str
    """As the node group names it."""
    parameter: str
    """Its part of the path of the public Systems Manager parameters."""


@dataclass(frozen=True)
class Machine:
    """An instance type by its name, `m7g.large`. What the name does not say is None."""

    name: str

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        """Family, what stands after the generation, and size; a name of another scheme is a family alone."""
        family, _, size = self.name.partition(".")
        match = SCHEME.fullmatch(family)
        return (match["family"], match["options"], size) if match else (family, "", size)

    @property
    def architecture(self) -> Architecture:
        return Architecture.ARM64 if is_arm(self.name) else Architecture.AMD64

    @property
    def accelerator(self) -> Accelerator:
        family = self._parts[0]
        if family in _NVIDIA:
            return Accelerator.NVIDIA
        return Accelerator.NEURON if family in _NEURON else Accelerator.NONE

    @property
    def image(self) -> Image | None:
        """The image that fits it; None for machines that EKS has none for."""
        if self._parts[0] == "mac" or self.name.startswith("g4ad."):  # no Linux; a Radeon GPU
            return None
        return IMAGES.get((self.architecture, self.accelerator))

    @property
    def cpu_millis(self) -> int | None:
        """Its processors in millicores, of a family where the size says it."""
        family, _, size = self._parts
        if family not in _GIB_OF_A_CPU or (match := _SIZE.fullmatch(size)) is None:
            return None
        small = {"medium": 1, "large": 2}
        return 1000 * (small[size] if size in small else 4 * int(match["times"] or 1))

    @property
    def memory_bytes(self) -> int | None:
        """Its memory, of a family where the size says it."""
        cpu = self.cpu_millis
        mib = _MIB_OF_ANOTHER_CPU.get(self.name.partition(".")[0]) or 1024 * _GIB_OF_A_CPU.get(self._parts[0], 0)
        return cpu * mib * 2**20 // 1000 if cpu else None


IMAGES: Final = {
    (Architecture.AMD64, Accelerator.NONE): Image("AL2023_x86_64_STANDARD", "x86_64/standard"),
    (Architecture.ARM64, Accelerator.NONE): Image("AL2023_ARM_64_STANDARD", "arm64/standard"),
    (Architecture.AMD64, Accelerator.NVIDIA): Image("AL2023_x86_64_NVIDIA", "x86_64/nvidia"),
    (Architecture.ARM64, Accelerator.NVIDIA): Image("AL2023_ARM_64_NVIDIA", "arm64/nvidia"),
    (Architecture.AMD64, Accelerator.NEURON): Image("AL2023_x86_64_NEURON", "x86_64/neuron"),
}
"""Source: Amazon EKS API Reference, "Nodegroup", `amiType`, and the paths of the User Guide."""
_SIZE: Final = re.compile(r"medium|large|(?P<times>[0-9]+)?xlarge")
_NVIDIA: Final = frozenset({"p", "g", "gr"})
_NEURON: Final = frozenset({"inf", "trn"})
_GIB_OF_A_CPU: Final = {"c": 2, "m": 4, "r": 8}
_MIB_OF_ANOTHER_CPU: Final = {"c5n": 2688}
"""The family with more than its letter says (5.25 GiB for two). Older ones than the fifth generation have less."""

"""What the images of a version do once they are started. The manifests never say it: it is in the image, as in life."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Migration(StrEnum):
    """How the migration in an image ends."""

    COMPLETES = "completes"
    FAILS = "fails"
    HANGS = "hangs"


@dataclass(frozen=True)
class Image:
    """What a container of this image does."""

    exists: bool = True
    """Whether the registry has it."""
    becomes_ready: bool = True
    crashes_after_seconds: float | None = None
    """How long after its start it ends with status 1; None for one that runs on."""
    migration: Migration = Migration.COMPLETES


class Registry:
    """The images that were pushed, by tag; a tag that nobody told of holds a good image."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}
        self._lock = threading.Lock()

    def push(self, version: str, image: Image) -> None:
        """From now on every image of this tag is this one."""
        with self._lock:
            self._images[version] = image

    def image(self, reference: str) -> Image:
        """What a reference, `ghcr.io/shadower/analytics-backend:1.0.0`, leads to."""
        with self._lock:
            return self._images.get(reference.rpartition(":")[2], GOOD)


GOOD: Final = Image()
"""Starts, becomes ready, migrates, and runs on."""

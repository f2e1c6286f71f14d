"""The local stack: the third output of the environment object, for Docker Compose.

A room's `local.py` says what stands in for its noun; this foundation writes the files.
"""

from twinstack.environment.stand_in import (
    ComposeOptions,
    Condition,
    Entry,
    File,
    Health,
    LocalRun,
    Scrape,
    Service,
    StandIn,
    exporter,
    literal,
    or_default,
)
from twinstack.local.stack import files_of

__all__ = [
    "ComposeOptions",
    "Condition",
    "Entry",
    "File",
    "Health",
    "LocalRun",
    "Scrape",
    "Service",
    "StandIn",
    "exporter",
    "files_of",
    "literal",
    "or_default",
]

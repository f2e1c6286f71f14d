"""Jobs that run after a release: once all of it is ready, and what their failure means, which their annotations say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

RUNS: Final = "twinstack/runs"
"""The annotation of a Job that says when it runs; without it before what runs on, as a migration does."""
AFTER: Final = "after"
FAILURE: Final = "twinstack/failure"
"""The annotation of such a Job that says what its failure means; without it the release has failed."""
REPORTED: Final = "reported"


def runs_after(data: Mapping[str, Any]) -> bool:
    """Whether it is a Job that waits for all the rest of its release."""
    return data.get("kind") == "Job" and _annotations(data).get(RUNS) == AFTER


def is_only_reported(data: Mapping[str, Any]) -> bool:
    """Whether a release stands although this Job has failed."""
    return runs_after(data) and _annotations(data).get(FAILURE) == REPORTED


def _annotations(data: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = data["metadata"].get("annotations") or {}
    return found

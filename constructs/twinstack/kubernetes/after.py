"""What a release has to know of a Job that runs after it, which nothing in a Job says."""

from __future__ import annotations

from twinstack.delivery.after import AFTER, FAILURE, REPORTED, RUNS


def runs_after_release(*, only_reported: bool) -> dict[str, str]:
    """The annotations of such a Job; `only_reported`: the release stands although it has failed."""
    return {RUNS: AFTER} | ({FAILURE: REPORTED} if only_reported else {})

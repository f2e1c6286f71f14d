"""Which versions a release may have: those that mean the same tomorrow.

A tag that moves cannot be returned to, and a node that has it does not pull it again.
"""

from __future__ import annotations

import re
from typing import Final

from twinstack.errors import ConfigurationError, Location, Problem


def is_lasting(version: str) -> bool:
    """Whether the version names one build for good: by its number, its date, its commit or its digest."""
    words = re.split(r"[-_.+]", version)
    if _DIGEST.fullmatch(version) or any(_COMMIT.fullmatch(word) for word in words):
        return True
    ends = {words[0].lower(), words[-1].lower()}
    return any(form.fullmatch(version) for form in _NUMBERED) and not ends & MOVING


def require_lasting(version: str, location: Location | None = None) -> None:
    """Raises ConfigurationError (TW962) for a version that moves, such as `latest`, `main` or none; `location` is where it
    is said: a file's line, an option or a variable.
    """
    if is_lasting(version):
        return
    problem = Problem(
        "TW962",
        "a release needs a version that never means another build",
        "version",
        location,
        given=version or "nothing",
        allowed="a number (1.5.0), a build's number (build-1234), a date (2026-11-28), a commit (9f3c2e1) or a digest",
        fix="give the tag of one build; push the image under such a tag too, where its only one moves",
    )
    raise ConfigurationError([problem])


_DIGEST: Final = re.compile(r"(sha256[-:])?[0-9a-f]{64}|[0-9a-f]{40}")
_COMMIT: Final = re.compile(r"g?(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}")
"""A commit of Git, also behind a branch (`main-9f3c2e1`) or as `git describe` writes it (`1.5.0-3-g9f3c2e1`). Digits alone
might be a ticket's number.
"""
_SUFFIX: Final = r"[0-9A-Za-z._+-]*"
_NUMBERED: Final = (
    re.compile(rf"v?[0-9]+\.[0-9]+(?![0-9]){_SUFFIX}"),
    # `release-1.5` is a branch's name, `release-1.5.0` and `backend-v1.5.0` are a tag's.
    re.compile(rf"[a-z][a-z0-9-]*[-_.]v?[0-9]+\.[0-9]+\.[0-9]+{_SUFFIX}"),
    re.compile(rf"(?:[a-z]+[-_.])?[0-9]{{4}}(?P<by>[-._]?)[0-9]{{2}}(?P=by)[0-9]{{2}}(?![0-9]*[a-z]){_SUFFIX}"),
    # `v1` and `15` move along with what comes after them, a build's number does not.
    re.compile(r"(?:b|build|run|rev)[-_.]?[0-9]+|[0-9]{3,}"),
)
MOVING: Final = frozenset({
    "canary", "current", "dev", "develop", "edge", "head", "latest", "main", "master", "next", "nightly", "preview",
    "prod", "production", "snapshot", "stable", "staging", "tip", "trunk", "unstable",
})  # fmt: skip
"""Words that say "the newest of its kind", first or last in a tag."""

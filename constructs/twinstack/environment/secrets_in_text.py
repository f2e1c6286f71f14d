"""Recognises values that look like secrets, so that none is committed in an environment's YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final


def looks_like_a_secret(key: str, value: str) -> str | None:
    """What the value seems to be ("a private key"), or None. `key` is the last part of its path."""
    for what, pattern in _SHAPES:
        if pattern.search(value):
            return what
    if value and _SECRET_KEY.search(key) and not _HARMLESS.fullmatch(value):
        return "what seems to be a secret"
    return None


def secrets_by_line(text: str) -> Iterator[tuple[int, str]]:
    """Each line (from one) with something of a secret's shape, comments and keys included, and what it seems to be."""
    for what, pattern in _SHAPES:
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, what


_SHAPES: Final = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a GitHub token", re.compile(r"\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})")),
    ("a Slack token", re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10}")),
    ("a SendGrid key", re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.")),
    ("a password in a URL", re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s:@]+@")),
)
_SECRET_KEY: Final = re.compile(
    r"(?:^|_)(?:password|passwd|secret|token|credential|private_key|api_key|license_key|access_key|dsn)$", re.IGNORECASE
)
_HARMLESS: Final = re.compile(r"(?:true|false|generated|provided|[0-9]{1,4}|\$\{.*\}|arn:.*|.*\s.*)?", re.IGNORECASE)
"""Values that cannot be one: switches, small numbers, references, ARNs, and sentences (a description)."""

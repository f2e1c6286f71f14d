"""Names that follow from content: what running pods read is never changed under them, it gets a successor.

A synced Secret with its SecretProviderClass, and the ConfigMap, are called `{name}-{hash of the content}`. Adding, removing
or rotating a value makes a new object beside the old one; going back to a former content gives its name again. The one
content that a product started with may keep the plain name: synth remembers nothing, so `first_contents` records it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final


def digest(content: Any) -> str:
    """The hash of a content: ten hexadecimal digits, which do not depend on the order of mappings."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_LENGTH]


def content_name(plain: str, hash_: str, first: Mapping[str, str]) -> str:
    """The plain name for the content that is recorded as its first, else the name with the hash, shortened to fit."""
    if first.get(plain) == hash_:
        return plain
    return f"{plain[: LONGEST - _LENGTH - 1].rstrip('-.')}-{hash_}"


_LENGTH: Final = 10
LONGEST: Final = 125
"""The driver names a record `{pod}-{namespace}-{class}` of at most 253 characters; pods and namespaces take 63 each.
Source: kubernetes-sigs/secrets-store-csi-driver, pkg/secrets-store/utils.go, read on 2026-11-28.
"""

"""Bytes as a ConfigMap can hold them: compressed, in base64, in pieces of a size that the API server takes."""

from __future__ import annotations

import base64
import gzip
from typing import Final


def packed(content: bytes) -> str:
    """Compressed, as `binaryData` has it; the same bytes, the same text."""
    return _text(_compressed(content))


def unpacked(text: str) -> bytes:
    """What was packed, in one piece. Raises ValueError for what was not."""
    return joined([text])


def pieces(content: bytes) -> list[str]:
    """Compressed, in pieces for as many ConfigMaps."""
    whole = _compressed(content)
    return [_text(whole[start : start + PIECE_BYTES]) for start in range(0, len(whole), PIECE_BYTES)]


def joined(texts: list[str]) -> bytes:
    """What the pieces hold together. Raises ValueError where they hold nothing whole."""
    try:
        return gzip.decompress(b"".join(base64.b64decode(text, validate=True) for text in texts))
    except (OSError, EOFError) as error:
        raise ValueError(str(error)) from error


def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


PIECE_BYTES: Final = 700 * 1024
"""A ConfigMap holds 1 MiB, and a request to etcd 1.5 MiB, in which this is a third longer (Kubernetes, "ConfigMaps"; etcd,
"System limits")."""

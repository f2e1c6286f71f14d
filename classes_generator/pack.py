"""Packs tables into the file that the library reads one by one (`twinstack.bindings.native.tables.store`)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Final


def pack(tables: Mapping[str, bytes]) -> bytes:
    """Each table by itself, since a run reads fifty of two thousand; what many have in common stands once, before them."""
    common = b"".join(table[:_BEGINNING] for table in [*tables.values()][::_EVERY])[-_WINDOW:]
    bodies = {name: _packed(table, common) for name, table in tables.items()}
    head = zlib.compress(json.dumps([[name, len(body)] for name, body in bodies.items()]).encode(), 9)
    words = zlib.compress(common, 9)
    return b"".join([f"{len(head)} {len(words)}\n".encode(), head, words, *bodies.values()])


def _packed(table: bytes, common: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zdict=common)
    return packing.compress(table) + packing.flush()


_WINDOW: Final = 1 << 15
"""As far as zlib looks back."""
_EVERY: Final = 45
_BEGINNING: Final = 700
"""So that the beginnings of tables from all over the provider fill the window."""

"""The text of a document, as cdktf 0.21 writes it."""

from __future__ import annotations

import json
import re
from typing import Any, Final


def dumps(value: Any) -> str:
    """Every key in its place, texts as they are, and what is empty over two lines."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return _EMPTY.sub(r"\1\2\3\n\1\4\5", text)


_EMPTY: Final = re.compile(r"^( *)(.*)([{\[])([}\]])(,?)$", re.MULTILINE)
"""A line that ends in an empty mapping or list: one that ends in a text would end in a quotation mark."""

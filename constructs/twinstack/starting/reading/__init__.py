"""What a product could be, read from a Compose file or a chart's values as far as they are certain."""

from __future__ import annotations

__all__: list[str] = []

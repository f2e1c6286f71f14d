"""What an environment costs by AWS's list prices, worked out of its two outputs and a dated table."""

from __future__ import annotations

__all__: list[str] = []

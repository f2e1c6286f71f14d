"""Pictures of an environment, drawn from what is synthesized: who uses what, the network, and who may reach what."""

from __future__ import annotations

__all__: list[str] = []

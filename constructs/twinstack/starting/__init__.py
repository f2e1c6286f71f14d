"""How a product begins and grows: what `twinstack init` and `twinstack add` write.

What a kind of room begins with is the room's own affair: `starter.yaml` in its folder. Everything else about it is read
from its spec and its constructs, so that a new room, inside the library or outside, is known here at once.
"""

from __future__ import annotations

__all__: list[str] = []

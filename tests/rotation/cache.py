"""The tokens that a Redis of ElastiCache takes while its token is rotated.

Source, read on 2026-11-28: ElastiCache User Guide, "Authenticating with the Valkey and Redis OSS AUTH command":
ROTATE adds a token, and the one before it stays valid beside it until the next change; SET leaves the new one alone.
A model, and no server: what a client of a real one would meet is this list of tokens and nothing else.
"""

from __future__ import annotations

import threading
from urllib.parse import urlsplit


class Cache:
    """What the replication group knows of its tokens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: tuple[str, ...] = ()

    def take(self, token: str, strategy: str | None) -> None:
        """ModifyReplicationGroup with a token; the first is set whatever the strategy."""
        with self._lock:
            self._tokens = (*self._tokens[-1:], token) if strategy == "ROTATE" else (token,)

    def refusal(self, url: str) -> str:
        """Why a login with this URL is refused; empty where it is not."""
        with self._lock:
            return "" if urlsplit(url).password in self._tokens else "WRONGPASS invalid password"

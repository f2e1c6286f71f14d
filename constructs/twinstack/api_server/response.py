"""What comes back from a request, read to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from urllib3 import HTTPHeaderDict


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int
    content: bytes = b""
    headers: HTTPHeaderDict = field(default_factory=HTTPHeaderDict)
    request: str = ""
    """What was asked, `GET /version`."""

    @property
    def is_success(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(errors="replace")

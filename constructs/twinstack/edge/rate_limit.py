"""How many requests one address may make, and on which paths."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.writes import Writes

FIREWALL: Final = "aws_wafv2_web_acl"
RULE: Final = "rule.statement.rate_based_statement"
RoutePath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")]


class RateLimit(Model):
    """How many requests one address may make within a window."""

    requests: Annotated[int, Field(ge=10, le=2_000_000_000), Writes(FIREWALL, f"{RULE}.limit")]
    """Requests within the window."""
    window_seconds: Annotated[int, Writes(FIREWALL, f"{RULE}.evaluation_window_sec")] = 60
    """The window, in seconds: 60, 120, 300 or 600."""

    @property
    def per_minute(self) -> int:
        """The same rate for who counts by the minute."""
        return max(1, self.requests * 60 // self.window_seconds)


class PathRateLimit(RateLimit):
    """How many requests one address may make to the paths that are dear: those that ask the product to compute."""

    paths: tuple[RoutePath, ...] = ()
    """The paths that are counted, with everything under them; every route but `/` unless given."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        for index, path in enumerate(self.paths):
            yield from check_path(path, ("paths", index))
            yield from check_once(self.paths, index, ("paths", index))


def check_path(path: str, place: tuple[str | int, ...]) -> Iterator[Finding]:
    """A finding for a path that no Ingress takes. A limited path may become one: nginx counts by the Ingress."""
    if any(part in {".", ".."} for part in path.split("/")) or "//" in path:
        yield Finding(
            "TW736",
            "a path that Kubernetes refuses",
            place,
            path,
            "no `//`, no `.` and no `..` between slashes",
            "write it in full",
        )


def check_once(paths: Sequence[str], index: int, place: tuple[str | int, ...]) -> Iterator[Finding]:
    """A finding for a path that one before it already says: `/api` and `/api/` are the same to an Ingress."""
    if paths[index].rstrip("/") in [path.rstrip("/") for path in paths[:index]]:
        yield Finding("TW733", "a path stands twice", place, paths[index], "each path once", "remove one")


def is_under(path: str, root: str) -> bool:
    """Whether `path` is `root` or lies below it, element by element, as an Ingress means `Prefix`."""
    root = root.rstrip("/")
    return path.rstrip("/") == root or path.startswith(f"{root}/")


TOO_MANY: Final = json.dumps({"error": {"code": "rate_limited", "message": "too many requests, wait a little"}})
"""The body of an answer with 429, wherever the edge can choose it."""

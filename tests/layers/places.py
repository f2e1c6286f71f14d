"""Where the layers of the tests stand."""

from __future__ import annotations

from twinstack.errors import Location

LIVE = "environments/live.yaml"
BASE = "environments/base.yaml"


def live(line: int) -> Location:
    return Location(LIVE, line)

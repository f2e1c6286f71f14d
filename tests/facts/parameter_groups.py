"""What is refused of one parameter of a group."""

from __future__ import annotations

from typing import Any

from twinstack.facts import Certainty, Refused, refused


def refused_in(group: str, family: str, name: str, value: Any) -> list[Refused]:
    """Of a group of this type of resource, but for its family."""
    arguments = {"family": family, "parameter": [{"name": name, "value": value}]}
    return [one for one in refused(group, arguments, region="us-west-2") if one.path != "family"]


def require_refused(found: list[Refused], name: str, nearest: str, certainty: Certainty) -> None:
    """Fails unless it is one, of this parameter, with the nearest right value and how sure that is."""
    (one,) = found
    assert (one.nearest, one.certainty) == (nearest, certainty)
    assert one.given.startswith(f"{name} ")

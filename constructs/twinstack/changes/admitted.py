"""What a changed NetworkPolicy lets through more, or no more.

Source: Kubernetes documentation, "Network Policies": a rule without peers or without ports is about all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from twinstack.changes.effect import Effect
from twinstack.facts.conditions import holds


def of_rules(direction: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Effect, str]:
    """What it does that the rules of this direction (`ingress`, `egress`) become others, and why."""
    old, new = (_rules(one.get(direction)) for one in (before, after))
    peers = PEERS[direction]
    more = any(not any(_holds(each, one, peers) for each in old) for one in new)
    less = any(not any(_holds(each, one, peers) for each in new) for one in old)
    if more and direction == "ingress":
        return Effect.EXPOSES, "it admits more" + ("; what it admits no more is cut off" if less else "")
    return (Effect.INTERRUPTS, "what it admits no more is cut off") if less else (Effect.SAFE, "it admits more")


def _holds(wide: Mapping[str, Any], narrow: Mapping[str, Any], peers: str) -> bool:
    """Whether whatever one rule admits another one admits too."""
    for name, is_in in ((peers, _is_peer_in), ("ports", _is_port_in)):
        outer, inner = _rules(wide.get(name)), _rules(narrow.get(name))
        if outer and not (inner and all(any(is_in(each, one) for each in outer) for one in inner)):
            return False
    return True


def _is_peer_in(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    wide, narrow = outer.get("ipBlock"), inner.get("ipBlock")
    if not isinstance(wide, Mapping) or not isinstance(narrow, Mapping):
        return outer == inner
    if wide.get("except") and wide.get("except") != narrow.get("except"):
        return False
    return holds(str(wide.get("cidr")), str(narrow.get("cidr")))


def _is_port_in(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    if (outer.get("protocol") or "TCP") != (inner.get("protocol") or "TCP"):
        return False
    if outer.get("port") is None:
        return True
    low, high = _span(outer)
    first, last = _span(inner)
    if not all(isinstance(one, int) for one in (low, high, first, last)):
        return outer.get("port") == inner.get("port")
    return bool(low <= first and high >= last)


def _span(port: Mapping[str, Any]) -> tuple[Any, Any]:
    return port.get("port"), port.get("endPort") or port.get("port")


def _rules(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


PEERS: Final = {"ingress": "from", "egress": "to"}

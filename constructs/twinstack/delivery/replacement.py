"""Whether what was applied is still what is wanted of an object, or somebody else has changed it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twinstack.api_server.client import FIELD_MANAGER
from twinstack.delivery.manifest import JsonObject


def replaced_by(applied: JsonObject, live: JsonObject) -> str:
    """Who took away what was applied, in words; empty where it is all still there.

    The server notes with each field whose it is: where our own entry is as it was, nobody has taken any of it, whatever
    else was written beside it (an autoscaler's number, a restart's annotation). Source: Kubernetes documentation,
    "Server-Side Apply: Field management".
    """
    if applied["metadata"].get("uid") != live["metadata"].get("uid"):
        return "somebody deleted it and made it anew"
    if (applied.get("spec") or {}).get("template") == (live.get("spec") or {}).get("template"):
        return ""
    before, after = _own(applied), _own(live)
    if before and before == after:
        return ""
    mine = before.get("manager", "")
    others = [
        one
        for one in live["metadata"].get("managedFields") or []
        if not one.get("subresource") and one not in (applied["metadata"].get("managedFields") or [])
    ]
    newest = max(others, key=lambda one: (str(one.get("time") or ""), one.get("manager") != mine), default={})
    name = str(newest.get("manager") or "")
    if not name:
        return "somebody changed it"
    return f"another deployment ({name}) changed it" if name == mine else f"{name} changed it"


def _own(live: JsonObject) -> Mapping[str, Any]:
    """The entry of the one who applied last, with what it holds and when it wrote it."""
    entries = [
        one
        for one in live["metadata"].get("managedFields") or []
        if one.get("operation") == "Apply" and one.get("manager") == FIELD_MANAGER and not one.get("subresource")
    ]
    return entries[0] if entries else {}

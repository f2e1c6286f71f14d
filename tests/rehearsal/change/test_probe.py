"""The probe counts a moment only where there was an endpoint before, over all slices of a Service."""

from __future__ import annotations

from typing import Any

from twinstack.rehearsal.change.probe import Probe
from twinstack.rehearsal.change.report import Gap


def slice_(name: str, *ready: bool | None, service: str = "web") -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": service}
    endpoints = [{"conditions": {} if one is None else {"ready": one}} for one in ready]
    return {"metadata": {"name": name, "namespace": "shop", "labels": labels}, "endpoints": endpoints}


def test_a_moment_without_a_ready_endpoint() -> None:
    probe = Probe([("shop", "web")])
    probe.told("ADDED", slice_("web-1"), 0)
    assert probe.gaps(1) == ()  # it has none yet
    probe.told("MODIFIED", slice_("web-1", None, False), 2)
    probe.told("MODIFIED", slice_("web-1", False, False), 3)
    probe.told("ADDED", slice_("other-1", True, service="other"), 4)
    assert probe.gaps(5) == (Gap("shop/web", 2, ended=False),)
    probe.told("ADDED", slice_("web-2", True), 6.5)
    probe.told("DELETED", slice_("web-1"), 7)
    assert probe.gaps(8) == (Gap("shop/web", 3.5, ended=True),)
    probe.told("DELETED", slice_("web-2"), 9)
    assert probe.gaps(10)[1] == Gap("shop/web", 1, ended=False)

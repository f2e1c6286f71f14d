"""The output of every environment is what was reviewed. `make golden` accepts a change, and git shows it."""

from __future__ import annotations

import datetime

import pytest

from twinstack.testing import Golden, Twins

DAY = datetime.date(2026, 11, 24)
"""The day that ends of support are compared with, so that tests do not age."""
HOSTS = {
    "edge.other_hosts": {
        "www": {"host": "www.analytics.shadower.ai", "redirect_to": "host"},
        "api": {
            "host": "api.analytics.shadower.ai",
            "routes": [
                {"path": "/", "to": "backend"},
                {"path": "/admin", "to": "backend", "inbound_cidrs": ["203.0.113.0/24"]},
            ],
        },
        "customers": {
            "host": "*.shadower.app",
            "zone": "shadower.app",
            "routes": [{"path": "/", "to": "frontend"}],
            "rate_limited": False,
        },
    },
    "edge.maintenance": {"active": True, "admits": ["203.0.113.0/24"]},
}
VARIANTS = {
    "dev": {}, "staging": {}, "prod": {}, "prod-nginx": {"edge.kind": "nginx"}, "prod-hosts": HOSTS,
    "prod-gateway": {"edge.kind": "gateway", "edge.controller": "envoy", "edge.acme.solver": "dns01"},
}  # fmt: skip
"""The three environments; production behind ingress-nginx, which carries the requirement's Ingress; with several hosts; and
behind a Gateway of Envoy's.
"""


@pytest.mark.parametrize("variant", VARIANTS)
def test_output_is_what_was_reviewed(twin: Twins, golden: Golden, variant: str) -> None:
    golden(f"golden/{variant}", twin(variant.split("-")[0], VARIANTS[variant], today=DAY).files)

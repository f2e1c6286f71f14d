"""A rule whose findings stop a synth has to be right: a real API server refuses each example of it too."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.rehearsal.conftest import api_server  # noqa: F401  a fixture
from tests.rehearsal.small_shop import needs_assets
from twinstack.policy.kubernetes.catalogue import RULES
from twinstack.policy.kubernetes.examples import edits, right, wrong
from twinstack.rehearsal.control_plane import ControlPlane

TAKEN_AS_TEXT = {"value-not-known"}
"""What a server cannot know: that a text is a reference of Terraform's, which nobody resolves."""
ERRORS = [rule for rule in RULES if rule.severity == "error" and not rule.compares]


@pytest.mark.slow
@needs_assets
@pytest.mark.parametrize("rule", ERRORS, ids=lambda rule: rule.id)
def test_the_api_server_refuses_what_is_an_error(rule: Any, api_server: ControlPlane) -> None:  # noqa: F811
    namespace = next(one for one in right() if one["kind"] == "Namespace")
    assert api_server.api.apply(dict(namespace)).refusal == ""
    assert edits()[rule.id]
    _, after = wrong(rule.id)
    broken = [one for one in after if one not in right()]
    is_refused = any(refusal(api_server, one) for one in broken)
    assert is_refused is (rule.id not in TAKEN_AS_TEXT), [one["kind"] for one in broken]


def refusal(server: ControlPlane, manifest: dict[str, Any]) -> str:
    """What the server says to it, of which a dry run leaves nothing."""
    said = server.api.apply(manifest, dry_run=True).refusal
    assert not re.search("unauthorized|timeout|connection", said, re.IGNORECASE), said
    return said

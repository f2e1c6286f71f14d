"""What a gateway cannot do is refused with the reason and the fix, and never dropped."""

from __future__ import annotations

from typing import Any

import pytest

from stacks import product
from tests.edge.test_gateway import ACL
from tests.edge.test_spec import CLUSTER, problem, refused

GATEWAY = "kind: gateway, "


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "edge: {controller: envoy}",
            problem(
                "TW220",
                "a controller that serves no Ingress",
                "edge.controller",
                "envoy, with kind alb",
                "eks or self_managed; envoy with `kind: gateway`",
                "use `kind: gateway`, or another controller",
            ),
        ),
        (
            f"edge: {{{GATEWAY}controller: envoy, maintenance: {{active: true, admits: [203.0.113.0/24]}}}}",
            problem(
                "TW222",
                "addresses that Envoy cannot tell from others while it answers for all",
                "edge.maintenance.admits",
                "203.0.113.0/24",
                "none: a route of the Gateway API asks for no address",
                "remove them and look at the product by `kubectl port-forward`, or use `kind: alb`",
            ),
        ),
        (
            f"edge: {{{GATEWAY}controller: envoy, maintenance: {{active: true, text: '{'%' * 2049}'}}}}",
            problem(
                "TW222",
                "an answer longer than Envoy gives",
                "edge.maintenance.text",
                "4098 bytes",
                "at most 4096; a percent sign counts twice",
                "shorten it: Envoy would refuse its whole configuration",
            ),
        ),
        (
            f"{CLUSTER}edge: {{{GATEWAY}controller: envoy}}",
            problem(
                "TW222",
                "a challenge that nothing behind this gateway would answer",
                "edge.acme.solver",
                "http01",
                "dns01, or `acme: null` where somebody else keeps the issuer",
                "use dns01: cert-manager answers over HTTP through an Ingress, and there is none",
            ),
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(layer: str, expected: Any) -> None:
    (found,) = refused(layer)
    assert (found.code, found.message, found.path, found.given, found.allowed, found.fix) == (
        expected.code,
        expected.message,
        expected.path,
        expected.given,
        expected.allowed,
        expected.fix,
    )


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/another/0a1b2c3d-0000-1111-2222-333344445555",
        "arn:aws:wafv2:us-west-2:111122223333:regional/webacl/acme-shop-edge-live/0a1b2c3d-0000-1111-2222-333344445555",
    ],
)
def test_a_gateway_of_aws_without_its_own_firewall_is_refused(arn: str) -> None:
    given = f", firewall: {{arn: '{arn}'}}" if arn else ""
    (found,) = [one for one in refused(f"edge: {{kind: gateway{given}}}") if not one.warning]
    assert (found.code, found.path) == ("TW221", "edge.firewall.arn")


def test_the_form_of_ekss_own_objects_is_warned_of() -> None:
    warnings = product.load_with_provenance("prod", set={"edge.kind": "gateway", "edge.firewall.arn": ACL}).warnings
    assert [one.code for one in warnings if one.path.startswith("edge")] == ["TW508"]

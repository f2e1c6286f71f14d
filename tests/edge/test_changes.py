"""From one release to the next, with real Terraform: nothing that the load balancer holds is taken from under it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.aws.documents import analytics
from twinstack.rehearsal.terraform.workspace import Workspace, workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("terraform") or shutil.which("tofu")), reason="neither terraform nor tofu is installed"
    ),
]
Blocks = dict[str, Any]
HELD = (
    "aws_acm_certificate",
    "aws_acm_certificate_validation",
    "aws_route53_record",
    "aws_wafv2_web_acl",
)
"""The edge's own, which need nothing of the rest of the stack."""


def edge(**changes: Any) -> Blocks:
    """The document of analytics, with nothing in it but the edge."""
    blocks = analytics(**{f"edge__{name}": value for name, value in changes.items()}).blocks
    return {
        **{name: block for name, block in blocks.items() if name in {"terraform", "provider", "moved", "removed"}},
        "data": {"aws_route53_zone": blocks["data"]["aws_route53_zone"]},
        "resource": {kind: blocks["resource"][kind] for kind in HELD},
    }


def former() -> Blocks:
    """As release 0.1 wrote it: one address for the certificate of any host, and the firewall attached by Terraform."""
    text = json.dumps(edge()).replace("edge_analytics_shadower_ai", "edge")
    blocks = json.loads(text)
    for block in ("moved", "removed"):
        blocks.pop(block)
    blocks["resource"]["aws_wafv2_web_acl_association"] = {
        "edge": {
            "for_each": '${toset(["arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/k8s/1"])}',
            "resource_arn": "${each.value}",
            "web_acl_arn": "${aws_wafv2_web_acl.edge.arn}",
        }
    }
    return blocks


@contextmanager
def applied(folder: Path, blocks: Blocks) -> Iterator[Workspace]:
    """A place where this document has been applied."""
    stack = folder / "stack"
    stack.mkdir()
    (stack / "cdk.tf.json").write_text(json.dumps(blocks))
    with workspace(stack) as place:
        for command in (("init", "-no-color"), ("apply", "-auto-approve", "-no-color")):
            outcome = place.run(*command)
            assert outcome.status == 0, outcome.output
        yield place


def changes(place: Workspace, blocks: Blocks) -> dict[str, str]:
    """What Terraform would do next, by address."""
    place.configuration_file.write_text(json.dumps(blocks))
    outcome = place.run("plan", "-json", f"-out={place.plan_file.name}")
    assert outcome.status == 0, outcome.output
    planned = (message["change"] for message in outcome.messages if message.get("type") == "planned_change")
    return {change["resource"]["addr"]: change["action"] for change in planned}


def test_the_firewall_of_the_former_release_stays_attached_and_its_certificate_in_place(tmp_path: Path) -> None:
    with applied(tmp_path, former()) as place:
        found = changes(place, edge())
        assert not {"create", "delete", "replace"} & set(found.values()), found
        assert place.run("apply", "-no-color", place.plan_file.name).status == 0
        state = json.loads(place.state_file.read_text())
        held = {f"{one['type']}.{one['name']}" for one in state["resources"]}
        assert "aws_acm_certificate.edge_analytics_shadower_ai" in held
        assert "aws_wafv2_web_acl_association.edge" not in held
        assert changes(place, edge()) == {}


def test_a_host_that_changes_leaves_the_former_certificate_alone(tmp_path: Path) -> None:
    with applied(tmp_path, edge()) as place:
        found = changes(place, edge(host="new.shadower.ai", former_hosts=["analytics.shadower.ai"]))
        assert found["aws_acm_certificate.edge_new_shadower_ai"] == "create"
        assert "aws_acm_certificate.edge_analytics_shadower_ai" not in found
        assert place.run("apply", "-no-color", place.plan_file.name).status == 0
        # The release after it: the manifests have been applied, and nobody holds it any more.
        found = changes(place, edge(host="new.shadower.ai"))
        assert found == {"aws_acm_certificate.edge_analytics_shadower_ai": "delete"}


def test_a_host_that_changes_together_with_the_library_does_as_well(tmp_path: Path) -> None:
    with applied(tmp_path, former()) as place:
        found = changes(place, edge(host="new.shadower.ai", former_hosts=["analytics.shadower.ai"]))
        assert "delete" not in found.values(), found


def test_a_host_that_is_not_listed_takes_its_certificate_with_it(tmp_path: Path) -> None:
    with applied(tmp_path, edge()) as place:
        found = changes(place, edge(host="new.shadower.ai"))
        assert found["aws_acm_certificate.edge_analytics_shadower_ai"] == "delete"


def test_a_certificate_that_is_given_leaves_the_made_one_alone_while_it_is_listed(tmp_path: Path) -> None:
    given = "arn:aws:acm:us-west-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    document = analytics(edge__certificate_arn=given, edge__former_hosts=["analytics.shadower.ai"])
    assert list(document.find("aws_acm_certificate")) == ["edge_analytics_shadower_ai"]
    assert "aws_acm_certificate_validation" not in document.types

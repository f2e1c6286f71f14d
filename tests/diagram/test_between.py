"""What a change makes of a picture: what comes, goes and changes is marked, in words and in colour, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.shop import BASE, TODAY, Shop
from twinstack.changes.comment import MOST_DRAWN, comment
from twinstack.changes.difference import Change, Difference
from twinstack.changes.effect import Effect
from twinstack.delivery.infrastructure_plan import Action
from twinstack.diagram.between import both, flow_of_plan
from twinstack.diagram.drawing import Arrow, Flow, Frame, Icon, Mark, Node, Tone
from twinstack.diagram.flow_svg import flow_svg
from twinstack.diagram.made import Made
from twinstack.diagram.mermaid import mermaid
from twinstack.environment.spec import Half
from twinstack.layers.load import load_text


def flow(
    *workloads: str, resources: tuple[str, ...] = ("database",), links: tuple[tuple[str, str], ...] = (), host: str = ""
) -> Flow:
    """A picture as that of the links is: the outside where there is a host, workloads in one column, resources in the last."""
    first = 2 if host else 0
    nodes = [Node("the internet", "the internet", Icon.OUTSIDE, 0), Node(host, host, Icon.HOST, 1)] if host else []
    nodes += [Node(one, one, Icon.SERVICE, first, ("1 pod",)) for one in workloads]
    nodes += [Node(one, one, Icon.DATABASE, first + 1) for one in resources]
    arrows = [Arrow(one, other, Tone.READ, "read") for one, other in links]
    return Flow("now", nodes, arrows, (Frame("Kubernetes", first, first), Frame("AWS", first + 1, first + 1)))


THEN = flow("web", "old", links=(("web", "database"), ("old", "database")))
NOW = flow("web", "new", resources=("database", "cache"), links=(("web", "cache"), ("new", "database")), host="a.org")


def test_what_comes_goes_and_changes_is_marked() -> None:
    found = both(THEN, NOW, {"web": "restarts", "database": "replaces", "network": "interrupts"})
    marks = {node.key: (node.mark, node.lines[:1]) for node in found.nodes if node.mark}
    assert marks == {
        "the internet": (Mark.ADDED, ("new",)), "a.org": (Mark.ADDED, ("new",)), "new": (Mark.ADDED, ("new",)),
        "cache": (Mark.ADDED, ("new",)), "old": (Mark.REMOVED, ("goes",)), "web": (Mark.CHANGED, ("restarts",)),
        "database": (Mark.LOST, ("replaces",)), "network": (Mark.CHANGED, ("interrupts",)),
    }  # fmt: skip
    assert {(one.source, one.target): one.mark for one in found.arrows} == {
        ("web", "cache"): Mark.ADDED, ("new", "database"): Mark.ADDED, ("web", "database"): Mark.REMOVED,
        ("old", "database"): Mark.REMOVED,
    }  # fmt: skip


def test_both_stand_in_the_columns_of_the_wider_one() -> None:
    for found in (both(THEN, NOW, {}), both(NOW, THEN, {})):
        ranks = {node.key: node.rank for node in found.nodes}
        assert (ranks["web"], ranks["old"], ranks["new"], ranks["database"], ranks["cache"]) == (2, 2, 2, 3, 3)
        assert [(frame.first, frame.last) for frame in found.frames] == [(2, 2), (3, 3)]
        assert all(ranks[one.source] < ranks[one.target] for one in found.arrows)


def test_a_link_that_turned_round_is_drawn_as_it_is_now() -> None:
    then = replace(THEN, arrows=[Arrow("database", "web", Tone.READ, "read")])
    now = replace(THEN, arrows=[Arrow("web", "database", Tone.READ, "read")])
    assert [(one.source, one.mark) for one in both(then, now, {}).arrows] == [("web", Mark.ADDED)]


def test_the_marks_are_seen_in_either_form_and_only_where_there_are_any() -> None:
    found = both(THEN, NOW, {"database": "replaces"})
    svg, text = flow_svg(found), mermaid(found)
    assert '<rect class="card added"' in svg
    assert '<rect class="card removed"' in svg
    assert '<text class="small lost"' in svg
    assert ">goes</text>" in svg
    assert "--added:#1a7f37" in svg
    assert "    n4 ==>|" in text or "==>|" in text
    assert "-.->|" in text
    assert "classDef removed stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 4" in text
    plain = both(NOW, NOW, {})
    assert "--added" not in flow_svg(plain)
    assert "classDef" not in mermaid(plain)
    assert flow_svg(plain) == flow_svg(NOW)


def test_a_comment_ends_with_the_picture_where_it_is_not_too_large() -> None:
    difference = Difference.of("main", "the present", [])
    text = comment(difference, "shop-prod", picture="flowchart LR\n")
    assert text.endswith(
        "\n<details><summary>who uses what, with what comes, goes and changes</summary>\n\n```mermaid\nflowchart LR\n```\n\n</details>\n"
    )
    ended = comment(difference, "shop-prod", picture="a\n```\n@somebody\n")
    assert "````mermaid\na\n```\n@somebody\n````\n" in ended
    assert "mermaid" not in comment(difference, "shop-prod", picture="x" * MOST_DRAWN)


def released(*changes: tuple[Half, str, str, Action, Effect]) -> dict[str, tuple[Mark, str]]:
    """What is marked in the picture of a release that does this to what stands, with the first line below its name."""
    environment = load_text(Shop, "live", {"base": BASE, "live": ""}, TODAY).environment
    stack = {
        "resource": {
            "aws_db_instance": {"database": noted("database")},
            "aws_db_subnet_group": {"database": noted("database")},
        }
    }
    manifests = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "shop-web", "namespace": "shop", "labels": {"app.kubernetes.io/component": "web"}},
            "spec": {"template": {"metadata": {"labels": {"app": "shop-web"}}, "spec": {"containers": []}}},
        }
    ]
    found = Difference.of("what stands", "1.0.0", [Change(*one) for one in changes])
    flow = flow_of_plan(environment, Made(stack, manifests), found)
    return {node.key: (node.mark, node.lines[0]) for node in flow.nodes if node.mark}


def noted(field: str) -> dict[str, Any]:
    return {"//": {"metadata": {"path": f"shop-live/{field}/made"}}}


AWS, K8S = Half.INFRASTRUCTURE, Half.WORKLOADS


def test_of_a_planned_release_a_thing_is_new_where_nothing_of_it_stands() -> None:
    made = (Action.CREATED, Effect.SAFE)
    group = (AWS, "aws_db_subnet_group.database", "database", *made)
    assert released((AWS, "aws_db_instance.database", "database", *made)) == {"database": (Mark.CHANGED, "safe")}
    assert released((AWS, "aws_db_instance.database", "database", *made), group) == {"database": (Mark.ADDED, "new")}
    assert released((K8S, "Deployment shop/shop-web", "web", *made)) == {"web": (Mark.ADDED, "new")}


def test_of_a_planned_release_what_is_lost_and_what_goes_are_told_apart() -> None:
    lost = (AWS, "aws_db_instance.database", "database", Action.REPLACED, Effect.DESTROYS_DATA)
    gone = (AWS, "aws_s3_bucket.uploads", "uploads", Action.DESTROYED, Effect.DESTROYS_DATA)
    assert released(lost, gone) == {"database": (Mark.LOST, "destroys data"), "uploads": (Mark.REMOVED, "goes")}
    assert released() == {}

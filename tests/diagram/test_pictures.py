"""What a picture has: every link, every route, nothing that the outputs do not say."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from docs_generator.mermaid import MERMAID
from stacks import product
from twinstack.diagram.access import ANYWHERE, access
from twinstack.diagram.drawing import Box, Flow, Icon, Nest, Tone
from twinstack.diagram.links import OUTSIDE, TONES, links
from twinstack.diagram.made import Made
from twinstack.diagram.network import network
from twinstack.diagram.pictures import draw, written
from twinstack.diagram.subject import Form, Subject
from twinstack.environment.links import Access, Reach
from twinstack.environment.spec import WorkloadSpec

REVIEWED: Final = Path(__file__).parents[1] / "golden"
ENVIRONMENTS: Final = ("dev", "staging", "prod")


def made(name: str) -> Made:
    return Made.read(REVIEWED / name, REVIEWED / name)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_link_and_every_route_is_an_arrow(name: str) -> None:
    environment = product.load(name)
    flow = links(environment, made(name))
    drawn = {(arrow.source, arrow.target) for arrow in flow.arrows}
    wanted = {(link.workload.key, link.resource.key) for link in environment.links}
    wanted |= {(environment.edge.host, route.to) for route in environment.edge.routes}
    assert drawn == wanted | {(OUTSIDE, environment.edge.host)}
    assert {node.key for node in flow.nodes} == {one for pair in drawn for one in pair}


def test_what_reads_figures_is_drawn_as_every_link_is() -> None:
    environment = product.load("prod", set={"monitoring.kind": "operator"})
    drawn = {(arrow.source, arrow.target): arrow.tone for arrow in links(environment, made("prod")).arrows}
    assert {link.access for link in environment.links} <= TONES.keys() == set(Access)
    assert (environment.edge.host, "backend") in drawn


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_the_links_mean_is_what_the_rules_let_through(name: str) -> None:
    """The table is read from policies and roles alone: each link that needs a way or a right has one there, and no other is."""
    environment = product.load(name)
    names = {one.kubernetes_name: one.key for one in environment.workloads}
    rules = {(names.get(one.row, one.row), one.column) for one in access("", made(name)).cells}
    wanted = {
        (link.workload.key, link.resource.key)
        for link in environment.links
        if not isinstance(link.resource, WorkloadSpec)
        and (link.offer.reach is not Reach.NOTHING or any(one.secret for one in link.offer.variables))
    }
    resources = {one.key for one in environment.resources}
    assert {pair for pair in rules if pair[1] in resources} == wanted


def test_the_table_of_production_says_ports_and_rights() -> None:
    cells = {(one.row, one.column): one.words for one in access("", made("prod")).cells}
    assert cells["analytics-backend", "database"] == ["tcp 5432", "reads its secrets"]
    assert cells["analytics-worker", "exports"] == ["s3:PutObject", "s3:AbortMultipartUpload"]
    assert cells["public subnets", "analytics-backend"] == ["tcp 8000"]
    assert ("analytics-frontend", ANYWHERE) not in cells


def test_a_thing_says_what_was_synthesized_of_it() -> None:
    nodes = {node.key: node for node in links(product.load("prod"), made("prod")).nodes}
    assert nodes["database"].icon is Icon.DATABASE
    assert nodes["database"].lines == ("PostgreSQL 15", "db.t3.medium", "100 GiB, two zones")
    assert nodes["backend"].lines == ("2 to 10 pods", "analytics-backend:1.0.0")
    assert nodes["migration"].lines[0] == "runs with each release"


def test_the_network_of_production_has_its_tiers_over_three_zones() -> None:
    drawing = network("", made("prod"))
    tiers = {box.title: box for box in drawing.box.inside}
    assert list(tiers) == ["public subnets", "private subnets", "database subnets", "endpoints of AWS services"]
    assert [zone.title for zone in tiers["private subnets"].inside] == ["us-west-2a", "us-west-2b", "us-west-2c"]
    assert [zone.lines[-1] for zone in tiers["database subnets"].inside] == ["no way out"] * 3
    assert [zone.lines[-1] for zone in tiers["private subnets"].inside] == [f"out: NAT gateway {one}" for one in "abc"]
    assert "database lets in the pods of shadower-analytics on tcp 5432" in drawing.notes


def test_a_network_that_is_there_already_is_shown_by_its_ids() -> None:
    there = {"aws_eks_cluster": {"cluster": {"name": "c", "vpc_config": {"subnet_ids": ["subnet-0a", "subnet-0b"]}}}}
    drawing = network("", Made({"resource": there}, ()))
    assert drawing.box.title == "a network that is there already"
    assert [box.title for box in drawing.box.inside] == ["subnet-0a", "subnet-0b"]


def test_what_comes_by_a_hatch_is_drawn() -> None:
    """A Deployment that is no field of the environment, and a rule that opens its pods to everybody."""
    labels = {"app": "extra"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": "registry.example/a/b:1"}]}}
    own: list[Mapping[str, Any]] = [
        {"kind": "Deployment", "metadata": {"name": "extra"}, "spec": {"replicas": 3, "template": pod}},
        {
            "kind": "NetworkPolicy",
            "metadata": {"name": "extra"},
            "spec": {"podSelector": {"matchLabels": labels}, "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]},
        },
    ]
    environment, there = product.load("dev"), made("dev")
    wider = Made(there.document, [*there.manifests, *own])
    (node,) = (one for one in links(environment, wider).nodes if one.key == "extra")
    assert node.lines == ("3 pods", "b:1")
    assert ("extra", ANYWHERE, ["every port"]) in [(c.row, c.column, c.words) for c in access("", wider).cells]


def test_one_half_alone_is_drawn() -> None:
    environment, there = product.load("dev"), made("dev")
    for part in (Made(there.document, ()), Made({}, there.manifests), Made({}, ())):
        for subject in Subject:
            ElementTree.fromstring(written(draw(subject, environment, part), Form.SVG))


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("subject", Subject)
def test_a_picture_is_the_same_for_the_same_outputs(name: str, subject: Subject) -> None:
    first, second = (written(draw(subject, product.load(name), made(name)), Form.SVG) for _ in range(2))
    assert first == second


HOSTILE: Final = "<b>&\"'\x1b #x|]"


def test_no_name_breaks_out_of_a_picture() -> None:
    from twinstack.diagram.drawing import Arrow, Cell, Matrix, Node

    drawings = (
        Flow(HOSTILE, [Node("a", HOSTILE, Icon.HOST, 0, [HOSTILE]), Node("b", "b", Icon.THING, 1)], [Arrow("a", "b", Tone.READ, HOSTILE)]),
        Nest(HOSTILE, Box(HOSTILE, [HOSTILE], [Box(HOSTILE)]), [HOSTILE]),
        Matrix(HOSTILE, [HOSTILE], [HOSTILE], [Cell(HOSTILE, HOSTILE, [HOSTILE])]),
    )  # fmt: skip
    for drawing in drawings:
        root = ElementTree.fromstring(written(drawing, Form.SVG))
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
            "svg", "title", "style", "defs", "marker", "path", "rect", "text",
        }  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("chromium") and MERMAID.is_file()), reason="chromium or Mermaid is not there")
def test_mermaid_draws_every_text(tmp_path: Path) -> None:
    texts = {
        f"{name} {subject}": written(draw(subject, product.load(name), made(name)), Form.MERMAID)
        for name in ENVIRONMENTS
        for subject in Subject
    }
    flow = Flow("", [], [])
    texts["hostile"] = written(Nest("", Box('#1 "a" <b> | ] ) &', ["x"], [Box('(]"')])), Form.MERMAID)
    texts["nothing"] = written(flow, Form.MERMAID)
    page = tmp_path / "page.html"
    page.write_text(
        f"<pre id=out></pre><script src='{MERMAID.as_uri()}'></script><script>{_DRAWS % json.dumps(texts)}</script>"
    )
    shown = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--virtual-time-budget=60000", "--dump-dom", page.as_uri()],
        check=True, capture_output=True, text=True, timeout=600,
    ).stdout  # fmt: skip
    told = shown.partition('<pre id="out">')[2].partition("</pre>")[0].splitlines()
    assert told == [f"{name}: drawn" for name in texts]


_DRAWS: Final = """
(async () => {
  const texts = %s;
  let number = 0;
  for (const [name, text] of Object.entries(texts)) {
    let said = "drawn";
    try { await mermaid.render(`x${number++}`, text); } catch (error) { said = String(error); }
    document.getElementById("out").textContent += `${name}: ${said}\\n`;
  }
})();
"""

"""What the page about pods shows is what its layers make."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from docs_generator.blocks import Block, blocks_of
from docs_generator.halves import make_infrastructure, make_workloads
from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from stacks.workloads import AnalyticsWorkloads
from tests.docs.checks import REPOSITORY, merged
from twinstack.environment.dumper import dump
from twinstack.environment.pod_template import pod_template_of
from twinstack.layers.load import load_text

PAGE = REPOSITORY / "docs" / "how-to" / "pods.md"


def pairs() -> Iterator[tuple[Block, Block]]:
    """Each layer, and what it makes."""
    blocks = [*blocks_of(PAGE)]
    for layer, shown in itertools.pairwise(blocks):
        if layer.directive.endswith("of stacks prod") and not shown.directive:
            yield layer, shown


@pytest.mark.parametrize(("layer", "shown"), [*pairs()], ids=lambda block: str(block.line))
def test_the_page_shows_what_its_layers_make(layer: Block, shown: Block) -> None:
    folder = REPOSITORY / "environments"
    said = yaml.safe_load(layer.text)
    below = merged(yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8")), said)
    layers = {"base": dump([below]), "prod": (folder / "prod.yaml").read_text(encoding="utf-8")}
    loaded = load_text(product.environment, "prod", layers, product.load("prod").context.today, root=product.root)
    made = statements if shown.language == "json" else pods
    wanted = yaml.safe_load(shown.text)
    found = [*made(loaded.environment)]
    assert any(is_part(wanted, one) for one in found), found


def pods(environment: AnalyticsEnvironment) -> Iterator[Mapping[str, Any]]:
    """What every workload's pods are to be."""
    for text in make_workloads(AnalyticsWorkloads, environment)[1].values():
        for one in yaml.safe_load_all(text):
            if template := pod_template_of(one):
                yield template["spec"]


def statements(environment: AnalyticsEnvironment) -> Iterator[Mapping[str, Any]]:
    """What the role of every workload may do."""
    document = make_infrastructure(AnalyticsInfrastructure, environment)[1]
    for one in document["resource"]["aws_iam_role_policy"].values():
        yield from json.loads(one["policy"])["Statement"]


def is_part(wanted: Any, found: Any) -> bool:
    """Whether mappings have these keys, and lists these items in this order."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and is_part(one, found[key]) for key, one in wanted.items()
        )
    if isinstance(wanted, list):
        rest = iter(found if isinstance(found, list) else ())
        return all(any(is_part(one, other) for other in rest) for one in wanted)
    return bool(wanted == found)


def test_there_is_something_to_show() -> None:
    assert [*pairs()]

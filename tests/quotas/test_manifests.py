"""Each limit on an object of the workloads half, at it and one over."""

from __future__ import annotations

from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.errors import ConstructionError
from twinstack.quotas.manifests import inspect_manifests


def with_data(number: int) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"k": "x" * (number - 1)}}


def with_annotations(number: int) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"name": "one", "annotations": {"k": "x" * (number - 1)}}, "spec": {}}


def with_tags(number: int) -> dict[str, Any]:
    tags = [{"key": str(index), "value": ""} for index in range(number)]
    return {"kind": "IngressClassParams", "metadata": {"name": "one"}, "spec": {"tags": tags}}


@pytest.mark.parametrize(
    ("make", "most", "what"),
    [
        (with_data, 1_048_576, "TW352: ConfigMap one has 1,048,577 bytes of data"),
        (with_annotations, 262_144, "TW352: Deployment one has 262,145 bytes of annotations"),
        (with_tags, 50, "TW344: IngressClassParams one has 51 tags of its load balancer"),
    ],
)
def test_at_the_limit_is_right_and_one_more_is_not(make: Any, most: int, what: str) -> None:
    inspect_manifests([make(most)], "shop-live")
    with pytest.raises(ConstructionError) as caught:
        inspect_manifests([make(most + 1)], "shop-live")
    assert str(caught.value).startswith(f"shop-live, workloads half:\n  {what}, and {most:,} are taken: ")


def test_a_half_that_is_too_large_is_not_rendered() -> None:
    large = {f"V{index}": "x" * 100_000 for index in range(11)}
    environment = product.load("dev", set={f"settings.variables.{name}": value for name, value in large.items()})
    with pytest.raises(ConstructionError, match="TW352: ConfigMap"):
        kubernetes.render(AnalyticsWorkloads(cdk8s.App(), environment))

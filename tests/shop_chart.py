"""What the shop's two workloads become in the cluster."""

from __future__ import annotations

from typing import Any

import cdk8s

from tests.shop import Shop
from twinstack import kubernetes

Manifest = dict[str, Any]


def chart_of(environment: Shop) -> kubernetes.Workloads[Any]:
    """The chart with both of them built."""
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.WebService(chart, environment.web)
    kubernetes.Worker(chart, environment.worker)
    return chart


def objects_of(environment: Shop) -> dict[tuple[str, str], Manifest]:
    """Its objects by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in kubernetes.objects(chart_of(environment))}


def pod_of(environment: Shop, name: str = "shop-worker") -> Manifest:
    """The pod of a Deployment."""
    return objects_of(environment)["Deployment", name]["spec"]["template"]["spec"]

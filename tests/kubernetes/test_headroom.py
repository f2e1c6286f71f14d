"""Room that is kept for the next replicas: pods as large as one, which give way to everything and hold up nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.shop import accept, base, refuse, shop  # noqa: F401  fixtures
from twinstack import kubernetes
from twinstack.delivery.readiness import Standing, readiness
from twinstack.errors import Problem

Refuse = Callable[..., Sequence[Problem]]
ROOM = {
    "backend.scale.headroom": {"pods": 2},
    "worker.scale.headroom": {"pods": 1, "image": "mirror/pause", "tag": "3"},
}


@cache
def rendered(environment: str = "prod", *, room: bool = True) -> dict[str, list[dict[str, Any]]]:
    """The objects of each file."""
    chart = AnalyticsWorkloads(cdk8s.App(), product.load(environment, set=ROOM if room else None))
    found: dict[str, list[dict[str, Any]]] = {}
    import yaml

    for name, text in kubernetes.render(chart).items():
        found[name] = [*yaml.safe_load_all(text)]
    return found


def objects(kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    return {
        one["metadata"]["name"]: one for many in rendered(**options).values() for one in many if one["kind"] == kind
    }


def pod(name: str) -> dict[str, Any]:
    return objects("Deployment")[name]["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def test_none_is_kept_unless_it_is_asked_for() -> None:
    assert [name for name in objects("Deployment", room=False) if "headroom" in name] == []
    assert objects("PriorityClass", room=False) == {}


def test_its_pods_are_as_large_as_a_replica_and_give_way_to_everything() -> None:
    (priority,) = objects("PriorityClass").values()
    assert (priority["value"], priority["preemptionPolicy"]) == (-10, "Never")
    for workload, pods in (("analytics-backend", 2), ("analytics-worker", 1)):
        deployment, own = objects("Deployment")[f"{workload}-headroom"], pod(f"{workload}-headroom")
        (replica,) = pod(workload)["containers"]
        (container,) = own["containers"]
        assert deployment["spec"]["replicas"] == pods
        assert (
            container["resources"]["requests"] == replica["resources"]["requests"] == container["resources"]["limits"]
        )
        assert own["priorityClassName"] == priority["metadata"]["name"] == "analytics-prod-headroom"
        assert own["terminationGracePeriodSeconds"] == 0
        assert own.get("nodeSelector") == pod(workload).get("nodeSelector")


def test_the_class_takes_an_administrator_and_the_pods_do_not() -> None:
    places = {
        one["metadata"]["name"]: file
        for file, many in rendered().items()
        for one in many
        if "headroom" in one["metadata"]["name"]
    }
    assert places == {
        "analytics-prod-headroom": "00-cluster.k8s.yaml",
        "analytics-backend-headroom": "30-backend.k8s.yaml",
        "analytics-worker-headroom": "30-worker.k8s.yaml",
    }


def test_nothing_of_the_workload_finds_its_pods() -> None:
    labels = objects("Deployment")["analytics-backend-headroom"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        *(one["spec"]["selector"] for one in objects("Service").values()),
        *(one["spec"]["selector"]["matchLabels"] for one in objects("PodDisruptionBudget").values()),
        *(one["spec"]["podSelector"].get("matchLabels", {}) for one in objects("NetworkPolicy").values()),
    ]
    assert [one for one in selectors if one and one.items() <= labels.items()] == []


def test_it_passes_pod_security_restricted() -> None:
    own = pod("analytics-backend-headroom")
    (container,) = own["containers"]
    assert own["securityContext"] == {
        "runAsGroup": 65535, "runAsNonRoot": True, "runAsUser": 65535, "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
    }  # fmt: skip
    assert own["automountServiceAccountToken"] is False


def test_the_image_is_pinned_and_another_can_be_given() -> None:
    images = [pod(f"analytics-{name}-headroom")["containers"][0]["image"] for name in ("backend", "worker")]
    assert images == ["registry.k8s.io/pause:3.10", "mirror/pause:3"]


def test_a_release_does_not_wait_for_it() -> None:
    live = objects("Deployment")["analytics-backend-headroom"] | {"status": {"availableReplicas": 1}}
    found = readiness(live)
    assert (found.standing, found.detail) == (Standing.READY, "1 of 2 pods keep room")


@pytest.mark.parametrize(
    ("scale", "allowed"),
    [
        ("min: 2, max: 4, headroom: {pods: 3}", "at most 2"),
        ("min: 2, max: 2, headroom: {pods: 1}", "none: the number of replicas is fixed"),
    ],
)
def test_room_that_no_replica_takes_is_refused(refuse: Refuse, scale: str, allowed: str) -> None:  # noqa: F811
    (problem,) = refuse(f"web: {{scale: {{{scale}}}}}")
    assert (problem.code, problem.path, problem.allowed) == ("TW985", "web.scale.headroom.pods", allowed)


@pytest.mark.parametrize(
    "headroom", ["{}", "{pods: 0}", "{pods: 101}", "{pods: 1, tag: latest}", "{pods: 1, image: 'a:b:c/d e'}"]
)
def test_nonsense_is_refused_with_its_place(refuse: Refuse, headroom: str) -> None:  # noqa: F811
    (problem,) = refuse(f"web: {{scale: {{headroom: {headroom}}}}}")
    assert problem.path.startswith("web.scale.headroom")


def test_without_a_way_out_its_image_has_to_be_one_of_ecr(refuse: Refuse) -> None:  # noqa: F811
    inside = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web"
    images = f"web: {{image: {inside}, scale: {{headroom: {{pods: 1}}}}}}\nworker: {{image: {inside}}}\n"
    found = [one for one in refuse(f"network: {{nat: none}}\n{images}") if one.code == "TW314"]
    assert [one for one in found if "registry.k8s.io/pause" in one.given] == found
    assert len(found) == 1

"""Whose pods come first: the product's own classes, named by what they are, and those that the cluster has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.shop import BASE, Shop
from tests.shop_chart import chart_of, objects_of
from twinstack import kubernetes
from twinstack.errors import Problem
from twinstack.layers.load import Loaded


def classes(environment: Shop) -> dict[str, dict[str, Any]]:
    return {name: one for (kind, name), one in objects_of(environment).items() if kind == "PriorityClass"}


def named(environment: Shop) -> dict[str, str | None]:
    return {
        name: one["spec"]["template"]["spec"].get("priorityClassName")
        for (kind, name), one in objects_of(environment).items()
        if kind == "Deployment"
    }


def test_nothing_is_said_of_priority_unless_it_is_asked_for(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept().environment
    assert classes(environment) == {}
    assert named(environment) == {"shop-web": None, "shop-worker": None}


def test_each_value_is_one_class_of_the_whole_cluster_that_says_whose_it_is(
    accept: Callable[..., Loaded[Shop]],
) -> None:
    layer = "web: {priority: {value: 1000}}\nworker: {priority: {value: -5, preempts: false}}"
    environment = accept(layer).environment
    assert named(environment) == {
        "shop-web": "shop-live-priority-1000",
        "shop-worker": "shop-live-priority-minus-5-waits",
    }
    found = classes(environment)
    assert {name: (one["value"], one.get("preemptionPolicy")) for name, one in found.items()} == {
        "shop-live-priority-1000": (1000, None),
        "shop-live-priority-minus-5-waits": (-5, "Never"),
    }
    assert all("namespace" not in one["metadata"] and "globalDefault" not in one for one in found.values())


def test_workloads_of_one_value_share_its_class_and_an_administrator_applies_it(
    accept: Callable[..., Loaded[Shop]],
) -> None:
    environment = accept("web: {priority: {value: 10}}\nworker: {priority: {value: 10}}").environment
    assert set(named(environment).values()) == {"shop-live-priority-10"}
    files = kubernetes.manifests.parts(chart_of(environment))
    (file,) = [name for name, many in files.items() if "PriorityClass" in {one["kind"] for one in many}]
    assert file == "00-cluster.k8s.yaml"


def test_a_class_that_the_cluster_has_is_named_and_not_made(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept("web: {priority: {existing: platform.high}}").environment
    assert named(environment)["shop-web"] == "platform.high"
    assert classes(environment) == {}


@pytest.mark.parametrize(
    ("priority", "path", "given"),
    [
        ("{}", "web.priority", "neither"),
        ("{value: 1, existing: high}", "web.priority", "both"),
        ("{existing: high, preempts: false}", "web.priority.preempts", "preempts: false, of high"),
    ],
)
def test_it_is_a_value_or_a_class_that_is_there(
    priority: str, path: str, given: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(f"web: {{priority: {priority}}}")
    assert (found.code, found.path, found.given) == ("TW630", path, given)


@pytest.mark.parametrize(
    ("priority", "path", "allowed"),
    [
        ("{value: 1000000001}", "web.priority.value", "a whole number, -2147483648 to 1000000000"),
        ("{value: -2147483649}", "web.priority.value", "a whole number, -2147483648 to 1000000000"),
        ("{existing: system-node-critical}", "web.priority.existing", "a class for applications; `system-…`"),
        ("{existing: High}", "web.priority.existing", "text of at most 253 characters"),
    ],
)
def test_what_kubernetes_keeps_for_itself_is_refused(
    priority: str, path: str, allowed: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(f"web: {{priority: {priority}}}")
    assert (found.code, found.path) == ("TW104", path)
    assert found.allowed.startswith(allowed)


@pytest.mark.parametrize("value", [1_000_000_000, -(2**31), 0])
def test_the_ends_of_what_a_user_may_say_are_taken(value: int, accept: Callable[..., Loaded[Shop]]) -> None:
    (found,) = classes(accept(f"web: {{priority: {{value: {value}}}}}").environment).values()
    assert found["value"] == value


@pytest.mark.parametrize(
    ("priority", "path", "given"),
    [
        ("{value: -10}", "web.priority.value", "-10"),
        ("{value: 5, preempts: false}", "web.priority.preempts", "false, beside `scale.headroom`"),
    ],
)
def test_room_that_these_pods_could_not_take_is_not_kept(
    priority: str, path: str, given: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(f"web: {{priority: {priority}, scale: {{headroom: {{pods: 1}}}}}}")
    assert (found.code, found.path, found.given) == ("TW631", path, given)


def test_the_class_of_pods_that_keep_room_stays_beside_it(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept("web: {priority: {value: -9}, scale: {headroom: {pods: 1}}}").environment
    assert {name: one["value"] for name, one in classes(environment).items()} == {
        "shop-live-headroom": -10,
        "shop-live-priority-minus-9": -9,
    }


def test_helms_name_for_it_leads_here(refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse(base=BASE.replace("web:\n", "web:\n  priorityClassName: high\n"))
    assert "`priority: {value: 1000}`" in found.fix

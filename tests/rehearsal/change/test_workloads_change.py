"""One release of a small shop after the other, delivered to a real control plane."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.rehearsal.small_shop import NUMBERS, needs_assets, shop
from twinstack.changes.former import NOTHING, Outputs
from twinstack.rehearsal.change.report import WorkloadsChange
from twinstack.rehearsal.change.workloads import rehearse_workloads_on
from twinstack.rehearsal.control_plane import ControlPlane

pytestmark = [pytest.mark.slow, needs_assets]
Shop = dict[str, dict[str, Any]]
Edit = Callable[[Shop], object]


@pytest.fixture
def rehearsed(plane: ControlPlane) -> Callable[..., WorkloadsChange]:
    """From the shop to the shop after an edit, or to nothing."""

    def run(edit: Edit | None, first: Edit = lambda _: None) -> WorkloadsChange:
        namespace = f"shop-{next(NUMBERS)}"
        before = shop(namespace)
        first(before)
        before["Deployment/web"]["spec"]["template"]["spec"].pop("readinessGates")  # there is no controller for them
        for one in before.values():  # by which delivery knows its own
            ours = {"app.kubernetes.io/instance": namespace, "app.kubernetes.io/managed-by": "twinstack"}
            one["metadata"].setdefault("labels", {}).update(ours)
        after = copy.deepcopy(before)
        wanted = Outputs(NOTHING, {}, [])
        if edit is not None:
            edit(after)
            wanted = Outputs("two", {}, list(after.values()))
        return rehearse_workloads_on(
            plane, Outputs("one", {}, list(before.values())), wanted, stack=namespace, namespace=namespace,
            timeout_seconds=300,
        )  # fmt: skip

    return run


def container(found: Shop) -> dict[str, Any]:
    one: dict[str, Any] = found["Deployment/web"]["spec"]["template"]["spec"]["containers"][0]
    return one


def release(found: Shop) -> None:
    """A new image and one object less; its migration has the name of its content, as ours have."""
    container(found)["image"] = "web:2"
    found["Job/migrate"]["metadata"]["name"] = "migrate-2"
    found.pop("PodDisruptionBudget/web")


def test_a_release_goes_in_without_a_gap_and_what_it_lacks_is_pruned(rehearsed: Callable[..., WorkloadsChange]) -> None:
    report = rehearsed(release)
    assert report.passed, report.lines()
    done = {name.partition(" ")[0]: what for name, what in report.changes.items()}
    assert done["Deployment"] == "changed: image"
    assert done["PodDisruptionBudget"] == "deleted"
    assert report.gaps == ()
    assert report.services == 1


def test_fields_that_are_never_changed_are_named_and_nothing_is_applied(
    rehearsed: Callable[..., WorkloadsChange],
) -> None:
    def edit(found: Shop) -> None:
        found["Job/migrate"]["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2"
        found["Deployment/web"]["spec"]["selector"] = {"matchLabels": {"tier": "web"}}
        found["Deployment/web"]["spec"]["template"]["metadata"]["labels"]["tier"] = "web"

    report = rehearsed(edit)
    assert sorted((one.code, one.path.partition(" ")[0], one.given) for one in report.problems) == [
        ("TW944", "Deployment", "selector"),
        ("TW944", "Job", "template"),
    ]
    assert report.changes == {}


def test_a_moment_without_a_ready_endpoint_is_noticed(rehearsed: Callable[..., WorkloadsChange]) -> None:
    def edit(found: Shop) -> None:
        release(found)
        found["Deployment/web"]["spec"]["strategy"] = {"type": "Recreate"}

    report = rehearsed(edit)
    assert [one.code for one in report.problems] == ["TW992"]
    assert report.passed, "it is a warning"
    assert [one.ended for one in report.gaps] == [True]


def test_what_rules_know_of_two_releases_is_said_beside_what_the_cluster_says(
    rehearsed: Callable[..., WorkloadsChange],
) -> None:
    def edge(found: Shop) -> None:
        namespace = found["Service/web"]["metadata"]["namespace"]
        backend = {"service": {"name": "web", "port": {"number": 80}}}
        paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
        found["IngressClass/alb"] = {
            "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": f"alb-{namespace}"},
            "spec": {"controller": "eks.amazonaws.com/alb"},
        }  # fmt: skip
        found["Ingress/web"] = {
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "namespace": namespace},
            "spec": {"ingressClassName": f"alb-{namespace}", "rules": [{"http": {"paths": paths}}]},
        }  # fmt: skip

    def edit(found: Shop) -> None:
        del found["IngressClass/alb"], found["Ingress/web"]

    report = rehearsed(edit, edge)
    assert [(one.code, one.path.partition(" ")[0]) for one in report.problems] == [("TW756", "IngressClass")]
    assert report.passed, "it is a warning"
    assert {what for name, what in report.changes.items() if name.startswith("Ingress")} == {"deleted"}


def test_a_removal_takes_all_of_it_and_its_namespace(rehearsed: Callable[..., WorkloadsChange]) -> None:
    report = rehearsed(None)
    assert report.passed, report.lines()
    assert set(report.changes.values()) == {"deleted"}
    assert report.kept == {}

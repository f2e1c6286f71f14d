"""The manifests of two releases held against each other: what Kubernetes does then."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.changes.difference import Change, FieldChange
from twinstack.changes.effect import Effect
from twinstack.changes.kubernetes_effects import FIELDS, GONE
from twinstack.changes.workloads import changes_of_workloads
from twinstack.delivery.infrastructure_plan import Action
from twinstack.policy.kubernetes.changes import FIXED

Manifest = dict[str, Any]
GOLDEN: list[Manifest] = [
    one
    for file in sorted((Path(__file__).parents[1] / "golden" / "prod").glob("*.k8s.yaml"))
    for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
THINGS = ("backend", "edge", "frontend", "migration", "scheduler", "worker")


def between(before: list[Manifest], after: list[Manifest]) -> dict[str, Change]:
    return {one.subject: one for one in changes_of_workloads(before, after, THINGS)}


def changed(subject: str, edit: Callable[[Manifest], object]) -> Change:
    """What an edit of one object of production changes, which has to be that object alone."""
    after = copy.deepcopy(GOLDEN)
    kind, _, name = subject.partition(" ")
    edit(next(one for one in after if one["kind"] == kind and one["metadata"]["name"] == name.rpartition("/")[2]))
    (change,) = between(GOLDEN, after).values()
    assert change.subject == subject
    return change


def without(kind: str, name: str) -> list[Manifest]:
    return [one for one in GOLDEN if (one["kind"], one["metadata"]["name"]) != (kind, name)]


def field(change: Change) -> FieldChange:
    (one,) = change.fields
    return one


def test_manifests_are_like_themselves() -> None:
    assert between(GOLDEN, copy.deepcopy(GOLDEN)) == {}
    assert between(GOLDEN, [*reversed(GOLDEN)]) == {}


def test_new_pods_come_a_few_at_a_time() -> None:
    def edit(one: Manifest) -> None:
        one["spec"]["template"]["spec"]["containers"][0]["image"] = "other"

    change = changed("Deployment analytics/analytics-backend", edit)
    assert (change.thing, change.action, change.effect) == ("backend", Action.CHANGED, Effect.RESTARTS)
    assert field(change).path == "spec.template.spec.containers[backend].image"
    assert field(change).after == "other"


def test_pods_that_stop_before_the_next_start_interrupt() -> None:
    def edit(one: Manifest) -> None:
        one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 1

    change = changed("Deployment analytics/analytics-scheduler", edit)
    assert change.effect is Effect.INTERRUPTS
    assert change.why == "its pods stop before the new ones start (Recreate)"


def test_pods_that_may_all_be_away_at_once_interrupt() -> None:
    def edit(one: Manifest) -> None:
        one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 1
        one["spec"]["strategy"]["rollingUpdate"] = {"maxUnavailable": "100%", "maxSurge": 1}

    assert changed("Deployment analytics/analytics-backend", edit).effect is Effect.INTERRUPTS


@pytest.mark.parametrize(
    ("subject", "path", "value", "effect"),
    [
        ("HorizontalPodAutoscaler analytics/analytics-backend-hpa", "spec.maxReplicas", 99, Effect.SAFE),
        ("PodDisruptionBudget analytics/analytics-backend", "spec.maxUnavailable", 2, Effect.SAFE),
        ("Deployment analytics/analytics-scheduler", "spec.replicas", 0, Effect.INTERRUPTS),
        ("Service analytics/analytics-backend-service", "spec.selector", {"app": "other"}, Effect.INTERRUPTS),
        ("Service analytics/analytics-backend-service", "spec.type", "LoadBalancer", Effect.EXPOSES),
        ("Ingress analytics/analytics-ingress", "spec.ingressClassName", "other", Effect.REPLACES),
        ("Ingress analytics/analytics-ingress", "spec.rules", [{"host": "other"}], Effect.INTERRUPTS),
        ("NetworkPolicy analytics/analytics-backend", "spec.egress", [], Effect.INTERRUPTS),
        ("Role analytics/analytics-readers", "rules", [], Effect.INTERRUPTS),
        ("Namespace analytics", "metadata.annotations", {"owner": "me"}, Effect.SAFE),
        ("ServiceAccount analytics/analytics-backend", "automountServiceAccountToken", True, Effect.SAFE),
    ],
)
def test_a_field_has_the_class_of_its_row(subject: str, path: str, value: Any, effect: Effect) -> None:
    def edit(one: Manifest) -> None:
        *above, last = path.split(".")
        for name in above:
            one = one[name]
        one[last] = value

    assert changed(subject, edit).effect is effect


def test_another_load_balancer_is_said_of_its_parameters_and_of_the_ingress_that_loses_it() -> None:
    after = copy.deepcopy(GOLDEN)
    next(one for one in after if one["kind"] == "IngressClassParams")["spec"]["scheme"] = "internal"
    found = between(GOLDEN, after)
    assert {subject: change.effect for subject, change in found.items()} == {
        "IngressClassParams analytics-alb": Effect.REPLACES,
        "Ingress analytics/analytics-ingress": Effect.REPLACES,
    }


def test_one_more_path_one_more_host_and_one_more_way_out_are_safe() -> None:
    def path(one: Manifest) -> None:
        paths = one["spec"]["rules"][0]["http"]["paths"]
        paths.append({**paths[0], "path": "/new"})

    def way_out(one: Manifest) -> None:
        one["spec"]["egress"].append({"ports": [{"port": 25}]})

    assert changed("Ingress analytics/analytics-ingress", path).effect is Effect.SAFE
    assert changed("NetworkPolicy analytics/analytics-backend", way_out).effect is Effect.SAFE


def test_what_kubernetes_never_changes_is_refused() -> None:
    def edit(one: Manifest) -> None:
        one["spec"]["selector"]["matchLabels"] = {"app": "other"}

    change = changed("Deployment analytics/analytics-frontend", edit)
    assert (change.action, change.effect) == (Action.REPLACED, Effect.REPLACES)
    assert change.why == "Kubernetes refuses it in place: give the object another name, or delete it first"
    assert all(one.forces for one in change.fields)


def test_a_volume_that_cannot_be_changed_is_lost_when_it_is_made_anew() -> None:
    def claim(mode: str) -> list[Manifest]:
        spec = {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}}
        metadata = {"name": "files", "namespace": "shop"}
        return [{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}]

    (change,) = between(claim("ReadWriteOnce"), claim("ReadWriteMany")).values()
    assert change.effect is Effect.DESTROYS_DATA


def test_what_goes_has_the_class_of_its_kind() -> None:
    assert between(GOLDEN, without("Namespace", "analytics"))["Namespace analytics"].effect is Effect.DESTROYS_DATA
    gone = between(GOLDEN, without("Service", "analytics-backend-service"))[
        "Service analytics/analytics-backend-service"
    ]
    assert (gone.action, gone.effect, gone.thing) == (Action.DESTROYED, Effect.REPLACES, "backend")


def test_an_object_whose_namespace_goes_from_under_it_goes_too_though_nobody_changed_it() -> None:
    found = between(GOLDEN, without("Namespace", "analytics"))
    lost = found["Deployment analytics/analytics-worker"]
    assert (lost.action, lost.effect, lost.thing) == (Action.DESTROYED, Effect.REPLACES, "worker")
    assert lost.why.startswith("a namespace is removed under what stays in it")


def config(name: str, value: str, **beside: Any) -> Manifest:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"LOG_LEVEL": value}, **beside}


def test_another_content_is_another_object_beside_the_former_one() -> None:
    (change,) = between([config("config", "info")], [config("config-0123456789", "debug")]).values()
    assert (change.subject, change.action, change.effect) == (
        "ConfigMap shop/config-0123456789",
        Action.CREATED,
        Effect.SAFE,
    )
    assert change.why == "beside config: what reads it restarts for the new one"
    assert (field(change).before, field(change).after) == ("info", "debug")


def test_a_content_that_changes_under_its_name_is_read_at_the_next_start_or_refused() -> None:
    (change,) = between([config("config", "info")], [config("config", "debug")]).values()
    assert (change.action, change.effect) == (Action.CHANGED, Effect.SAFE)
    (kept,) = between([config("config", "info", immutable=True)], [config("config", "debug", immutable=True)]).values()
    assert (kept.action, kept.effect) == (Action.REPLACED, Effect.REPLACES)


def test_another_job_runs_beside_the_one_before() -> None:
    after = copy.deepcopy(GOLDEN)
    job = next(one for one in after if one["kind"] == "Job")
    job["metadata"]["name"] = "analytics-migration-2-0-0-0a1b2c3d"
    job["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    (change,) = between(GOLDEN, after).values()
    assert (change.action, change.effect, change.why) == (Action.CREATED, Effect.SAFE, "new: it runs once")
    assert field(change).path == "spec.template.spec.containers[migration].image"


def test_what_is_in_a_secret_is_never_shown_nor_what_is_called_like_one() -> None:
    def release(word: str) -> list[Manifest]:
        metadata = {"name": "keys", "namespace": "shop"}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"a": word}}
        env = [{"name": "API_TOKEN", "value": word}]
        template = {"spec": {"containers": [{"name": "web", "env": env}]}}
        spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
        return [secret, deployment]

    found = between(release("8fK2mQ9xLz41"), release("qT7Rz3Lw0Pn5"))
    assert len(found) == 2
    assert "8fK2mQ9xLz41" not in str(found)
    assert "qT7Rz3Lw0Pn5" not in str(found)


def test_a_first_policy_cuts_off_pods_that_ran_without_one() -> None:
    deployment = next(one for one in GOLDEN if one["kind"] == "Deployment")
    policies = [one for one in GOLDEN if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == "default-deny"]
    (change,) = between([deployment], [deployment, *policies]).values()
    assert (change.action, change.effect) == (Action.CREATED, Effect.INTERRUPTS)
    assert between([], [deployment, *policies])[change.subject].effect is Effect.SAFE


def test_an_unknown_kind_and_a_field_that_nobody_noted_are_unknown() -> None:
    def queue(size: int) -> list[Manifest]:
        return [{"apiVersion": "acme.example/v1", "kind": "Queue", "metadata": {"name": "q"}, "spec": {"size": size}}]

    assert between(queue(1), queue(2))["Queue q"].risk == "unknown"
    assert between([], queue(2))["Queue q"].risk == "unknown"
    assert between(queue(1), [])["Queue q"].effect is Effect.REPLACES


def test_equal_quantities_are_no_change() -> None:
    def quota(cpu: str) -> list[Manifest]:
        spec = {"hard": {"requests.cpu": cpu}}
        return [{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": spec}]

    assert between(quota("1"), quota("1000m")) == {}


def test_every_kind_that_we_write_or_that_has_a_fixed_field_is_known() -> None:
    written = {(one["apiVersion"].rpartition("/")[0], one["kind"]) for one in GOLDEN}
    assert written - {*FIELDS, *GONE} == set()
    assert {*FIXED} - {*FIELDS, *GONE} == {
        ("apps", "ReplicaSet"), ("cert-manager.io", "CertificateRequest"),
        ("gateway.networking.k8s.io", "GatewayClass"), ("node.k8s.io", "RuntimeClass"), ("storage.k8s.io", "CSIDriver"),
    }  # fmt: skip


def test_whoever_stops_all_pods_at_once_from_now_on_is_told() -> None:
    def all_at_once(one: Manifest) -> None:
        one["spec"]["strategy"] = {"type": "Recreate"}

    assert changed("Deployment analytics/analytics-backend", all_at_once).effect is Effect.INTERRUPTS

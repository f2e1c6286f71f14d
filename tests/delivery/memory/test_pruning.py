"""What is taken away after a release, and above all what is not, on a real API server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.delivery.memory.cluster_view import Told, View, apply, look
from tests.delivery.memory.shop_release import config, deployment, manifest, owner, release, stack_of
from twinstack.api_server import ApiServer
from twinstack.delivery import Identity, Manifest
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.live import LiveState
from twinstack.delivery.patience import Patient
from twinstack.delivery.pruning import Kept, Pruning, gone, prune
from twinstack.delivery.record import Status
from twinstack.delivery.records import Records
from twinstack.errors import ClusterError, LeaseLostError

ADA = "ada@laptop, process 4711, 9f3c2e1b"


def deploy(api: ApiServer, namespace: str, manifests: Sequence[Manifest], status: Status = Status.SUCCEEDED) -> Records:
    """Applies a release and records it."""
    opened = Records.read(api, namespace, stack_of(namespace)).begin(release("1.0.0", namespace), manifests, ADA)
    apply(api, manifests)
    opened.end(status)
    return Records.read(api, namespace, stack_of(namespace))


def pruning(api: ApiServer, namespace: str, manifests: Sequence[Manifest] = (), **more: Any) -> Pruning:
    records = Records.read(api, namespace, stack_of(namespace))
    return Pruning.of(records, manifests, look(api, records, manifests), **more)


def names(found: Pruning) -> list[str]:
    return [f"{one['kind']} {one['metadata']['name']}" for one in found.deleted]


def reasons(found: Pruning) -> dict[str, str]:
    return {f"{one.identity.kind} {one.identity.name}": one.reason for one in found.kept}


def service(name: str, namespace: str) -> Manifest:
    return manifest("Service", name, namespace, spec={"ports": [{"port": 80}], "selector": {"app": name}})


def budget(name: str, namespace: str) -> Manifest:
    return manifest(
        "PodDisruptionBudget", name, namespace, "policy/v1", spec={"selector": {"matchLabels": {"app": name}}}
    )


def job(name: str, namespace: str) -> Manifest:
    spec = {
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.example/web"}]}
        }
    }
    return manifest("Job", name, namespace, "batch/v1", spec=spec)


def claim(name: str, namespace: str) -> Manifest:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return manifest("PersistentVolumeClaim", name, namespace, spec=spec)


def everything(name: str, namespace: str) -> list[Manifest]:
    return [
        manifest("ServiceAccount", name, namespace),
        service(name, namespace),
        deployment(name, namespace),
        budget(name, namespace),
        manifest("NetworkPolicy", name, namespace, "networking.k8s.io/v1", spec={"podSelector": {}}),
        manifest("Role", name, namespace, "rbac.authorization.k8s.io/v1", rules=[]),
        manifest(
            "HorizontalPodAutoscaler",
            name,
            namespace,
            "autoscaling/v2",
            spec={"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}},
        ),
        manifest(
            "Ingress",
            name,
            namespace,
            "networking.k8s.io/v1",
            spec={"defaultBackend": {"service": {"name": name, "port": {"number": 80}}}},
        ),
    ]


def test_what_the_new_release_does_not_list_goes_the_way_in_first(api: ApiServer, namespace: str) -> None:
    kept = everything("web", namespace)
    deploy(api, namespace, [*kept, *everything("old", namespace)])
    found = pruning(api, namespace, kept)
    assert names(found) == [
        "Ingress old",
        "HorizontalPodAutoscaler old",
        "PodDisruptionBudget old",
        "Deployment old",
        "Service old",
        "NetworkPolicy old",
        "Role old",
        "ServiceAccount old",
    ]
    assert found.kept == ()
    told = Told()
    assert prune(api, found, stack_of(namespace), told) == ()
    assert [state for _, state in told.states] == ["deleted"] * 8
    assert names(pruning(api, namespace, kept)) == []
    assert all(api.get(one.api_version, one.kind, one.name, namespace) for one in kept)


def test_a_preview_deletes_nothing(api: ApiServer, namespace: str) -> None:
    deploy(api, namespace, [service("old", namespace)])
    assert names(pruning(api, namespace)) == ["Service old"]
    assert api.get("v1", "Service", "old", namespace)


def test_it_is_seen_by_lists_as_a_deployment_sees_it(api: ApiServer, namespace: str) -> None:
    kept = [config("config-new", namespace), *everything("web", namespace)]
    deploy(api, namespace, [*kept, config("config-old", namespace), *everything("old", namespace)], Status.FAILED)
    records = Records.read(api, namespace, stack_of(namespace))
    live = LiveState.read(api, kept, records.listed)
    assert not [one for one in live.objects if "release" in one.name], "records are not read along"
    found = Pruning.of(records, kept, live)
    assert names(found) == names(pruning(api, namespace, kept))
    assert [(one.kind, one.live) for one in found.changes] == [(ChangeKind.DELETED, one) for one in found.deleted]
    assert prune(api, found, stack_of(namespace), Told()) == ()
    again = LiveState.read(api, kept, records.listed)
    assert {one.name for one in gone(records, again)} == {"old", "config-old"}
    assert Pruning.of(records, kept, again).deleted == ()


def test_what_holds_data_is_never_deleted_without_being_asked(api: ApiServer, namespace: str) -> None:
    retain = manifest(
        "StatefulSet",
        "store",
        namespace,
        "apps/v1",
        spec={
            **deployment("store", namespace).data["spec"],
            "serviceName": "store",
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"},
        },
    )
    volume = manifest(
        "PersistentVolume",
        f"{namespace}-volume",
        "",
        of=namespace,
        spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/nowhere"}},
    )
    other = manifest("Namespace", f"{namespace}-more", "", of=namespace)
    definition = manifest(
        "CustomResourceDefinition",
        f"things.{namespace}.example.com",
        "",
        "apiextensions.k8s.io/v1",
        of=namespace,
        spec={
            "group": f"{namespace}.example.com",
            "names": {"kind": "Thing", "plural": "things"},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    )
    manifests = [claim("data", namespace), retain, volume, other, definition]
    deploy(api, namespace, manifests)
    found = pruning(api, namespace)
    assert found.deleted == ()
    assert len(found.kept) == len(manifests)
    asked = pruning(api, namespace, asked={str(claim("data", namespace).identity), str(retain.identity)})
    assert names(asked) == ["PersistentVolumeClaim data", "StatefulSet store"]


def test_a_stateful_set_goes_and_its_volumes_stay(api: ApiServer, namespace: str) -> None:
    spec = {**deployment("store", namespace).data["spec"], "serviceName": "store"}
    deploy(api, namespace, [manifest("StatefulSet", "store", namespace, "apps/v1", spec=spec)])
    assert names(pruning(api, namespace)) == ["StatefulSet store"]


def test_configuration_that_a_kept_release_reads_stays(api: ApiServer, namespace: str) -> None:
    """Or a return finds it gone: helm/helm#8228."""
    deploy(api, namespace, [config("config-aaaa", namespace)])
    deploy(api, namespace, [config("config-bbbb", namespace)], Status.FAILED)
    found = pruning(api, namespace, [config("config-cccc", namespace)])
    assert names(found) == ["ConfigMap config-bbbb"]
    assert reasons(found) == {"ConfigMap config-aaaa": "a release that can be returned to reads it"}


def test_configuration_goes_with_the_last_release_that_read_it(api: ApiServer, namespace: str) -> None:
    for index in range(12):
        deploy(api, namespace, [config(f"config-{index}", namespace)])
    found = pruning(api, namespace, [config("config-11", namespace)])
    assert names(found) == ["ConfigMap config-0", "ConfigMap config-1"]


def test_what_lies_outside_of_the_namespace_is_pruned_too(api: ApiServer, namespace: str) -> None:
    manifests = [
        manifest(
            "IngressClass",
            f"{namespace}-alb",
            "",
            "networking.k8s.io/v1",
            of=namespace,
            spec={"controller": "a.example/b"},
        ),
        manifest("Role", f"{namespace}-switch", "kube-system", "rbac.authorization.k8s.io/v1", of=namespace, rules=[]),
    ]
    deploy(api, namespace, manifests)
    assert names(pruning(api, namespace)) == [f"Role {namespace}-switch", f"IngressClass {namespace}-alb"]


def _without_labels(one: dict[str, Any]) -> None:
    one["metadata"]["labels"] = {"team": "other"}


def _of_another_stack(one: dict[str, Any]) -> None:
    one["metadata"]["labels"]["app.kubernetes.io/instance"] = "shop-test"


def _owned(one: dict[str, Any]) -> None:
    reference = {"apiVersion": "v1", "kind": "Service", "name": "web", "uid": "0"}
    one["metadata"]["ownerReferences"] = [reference]


FOREIGN = {
    _without_labels: "it does not bear our label",
    _of_another_stack: "it belongs to shop-test",
    _owned: "it belongs to Service web",
}


@pytest.mark.parametrize("change", FOREIGN, ids=lambda change: change.__name__)
def test_what_has_become_somebody_elses_is_left(api: ApiServer, namespace: str, change: Any) -> None:
    deploy(api, namespace, [service("old", namespace)])
    data = api.get("v1", "Service", "old", namespace)
    assert data is not None
    change(data)
    assert not api.replace(data, manager="other").refusal
    found = pruning(api, namespace)
    assert found.deleted == ()
    assert reasons(found)["Service old"].startswith(FOREIGN[change])


def test_a_neighbours_objects_with_the_same_labels_are_left(api: ApiServer, namespace: str) -> None:
    """kluctl/kluctl#159: labels alone prove nothing; nor does our record, where somebody else made the object anew."""
    manifests = [config("shared", namespace), config("created", namespace), config("both", namespace)]
    deploy(api, namespace, manifests, Status.FAILED)
    for name in ("shared", "created"):
        api.delete("v1", "ConfigMap", name, namespace)
    apply(api, [config("shared", namespace)], "neighbour")
    assert not api.create(config("created", namespace).data, manager="kubectl-create").refusal
    apply(api, [config("both", namespace)], "neighbour")
    apply(api, [config("never-ours", namespace)], "neighbour")
    found = pruning(api, namespace)
    assert found.deleted == ()
    assert reasons(found) == {
        "ConfigMap shared": "it bears our labels, and was never applied by twinstack",
        "ConfigMap created": "it bears our labels, and was never applied by twinstack",
        "ConfigMap both": "neighbour applies it too",
    }


def test_what_no_record_lists_is_nobodys_to_prune(api: ApiServer, namespace: str) -> None:
    """Endpoints copy the labels of their Service, and have no owner."""
    deploy(api, namespace, [service("web", namespace)])
    endpoints = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "old", "namespace": namespace, "labels": owner(namespace)},
    }
    assert not api.create(endpoints).refusal
    found = pruning(api, namespace, [service("web", namespace)])
    assert (found.deleted, found.kept) == ((), ())


def test_a_migration_that_is_at_work_is_not_ended(api: ApiServer, namespace: str) -> None:
    """argoproj/argo-cd#25475."""
    running, done = job("migrate-1", namespace), job("migrate-0", namespace)
    deploy(api, namespace, [running, done])
    conditions = [
        {"type": kind, "status": "True", "lastTransitionTime": "2026-11-28T22:00:00Z"}
        for kind in ("SuccessCriteriaMet", "Complete")
    ]
    status = {
        "status": {
            "conditions": conditions,
            "startTime": "2026-11-28T21:00:00Z",
            "completionTime": "2026-11-28T22:00:00Z",
            "succeeded": 1,
        }
    }
    answer = api.patch("batch/v1", "Job", "migrate-0", namespace, changes=status, subresource="status")
    assert not answer.refusal, answer.refusal
    found = pruning(api, namespace)
    assert names(found) == ["Job migrate-0"]
    assert reasons(found) == {"Job migrate-1": "it is still at work"}


def test_a_kind_whose_definition_is_gone_is_skipped(api: ApiServer, namespace: str) -> None:
    records = deploy(api, namespace, [service("web", namespace)])
    lost = Identity("gone.example.com", "Thing", namespace, "old")
    records.listed[lost] = "gone.example.com/v1"
    for live in (look(api, records), LiveState.read(api, [], records.listed)):
        found = Pruning.of(records, [service("web", namespace)], live)
        assert (found.deleted, found.kept) == ((), ())


def test_what_could_not_be_looked_at_is_said(api: ApiServer, namespace: str) -> None:
    records = deploy(api, namespace, [config("old", namespace)])
    blind = View({}, {("ConfigMap", namespace): "no right to list it"})
    found = Pruning.of(records, [], blind)
    assert reasons(found) == {"ConfigMap old": "it could not be looked at: no right to list it"}
    assert gone(records, blind) == ()
    assert gone(records, View({})) == (Identity("", "ConfigMap", namespace, "old"),)


def test_an_object_that_has_moved_to_another_group_is_one_object(api: ApiServer, namespace: str) -> None:
    records = deploy(api, namespace, [service("web", namespace)])
    seen = look(api, records)
    (data,) = seen.found.values()
    old = Identity("former.example.com", "Service", namespace, "web")
    records.listed[old] = "former.example.com/v1"
    found = Pruning.of(records, [service("web", namespace)], View({**seen.found, old: data}))
    assert found.deleted == ()


def test_the_former_namespace_is_left_until_it_is_named(api: ApiServer, namespace: str) -> None:
    """A copy of the product under another namespace would take the product away."""
    deploy(api, namespace, [manifest("Namespace", namespace, "", of=namespace), service("web", namespace)])
    new = f"{namespace}-new"
    assert not api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": new}}).refusal
    stack = stack_of(namespace)
    records = Records.read(api, new, stack)
    found = Pruning.of(records, [], look(api, records))
    assert names(found) == []
    moved = f"the product has moved from {namespace} to {new}: delete the namespace when nothing uses it"
    assert reasons(found)["Service web"] == moved
    asked = Pruning.of(records, [], look(api, records), asked={f"Namespace {namespace}"})
    assert "Service web" in names(asked)
    # It is not forgotten by the first release in the new one.
    records.begin(release("2.0.0", new), [], ADA).end(Status.SUCCEEDED)
    again = Records.read(api, new, stack)
    assert reasons(Pruning.of(again, [], look(api, again)))["Service web"] == moved


def test_what_was_made_anew_or_changed_since_the_preview_is_looked_at_again(api: ApiServer, namespace: str) -> None:
    manifests = [service(name, namespace) for name in ("anew", "changed", "taken", "gone")]
    deploy(api, namespace, manifests)
    found = pruning(api, namespace)
    for name in ("anew", "gone"):
        api.delete("v1", "Service", name, namespace)
    apply(api, [service("anew", namespace)])
    api.patch("v1", "Service", "changed", namespace, changes={"metadata": {"annotations": {"seen": "yes"}}})
    apply(api, [service("taken", namespace)], "neighbour")
    told = Told()
    left = prune(api, found, stack_of(namespace), told)
    assert left == (Kept(Identity("", "Service", namespace, "taken"), "neighbour applies it too"),)
    still = {name for name in ("anew", "changed", "taken", "gone") if api.get("v1", "Service", name, namespace)}
    assert still == {"anew", "taken"}


def test_whoever_has_lost_the_lease_deletes_nothing_more(api: ApiServer, namespace: str) -> None:
    deploy(api, namespace, [service("first", namespace), service("second", namespace)])
    found = pruning(api, namespace)
    answers: Iterator[bool] = iter([True, False])

    def require() -> None:
        if not next(answers):
            raise LeaseLostError("grace has taken over")

    with pytest.raises(LeaseLostError):
        prune(Patient(api, require), found, stack_of(namespace), Told())
    assert api.get("v1", "Service", "second", namespace)


def test_what_a_deployer_may_not_delete_is_said_and_the_rest_goes(
    api: ApiServer, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(api, namespace, [service("mine", namespace), budget("theirs", namespace)])
    delete = api.delete

    def refused(api_version: str, kind: str, *names: str, **options: Any) -> bool:
        if kind == "PodDisruptionBudget":
            raise ClusterError("forbidden", status=403)
        return delete(api_version, kind, *names, **options)

    monkeypatch.setattr(api, "delete", refused)
    left = prune(api, pruning(api, namespace), stack_of(namespace), Told())
    assert [one.reason for one in left] == ["this deployer may not delete it: an administrator may"]
    assert not api.get("v1", "Service", "mine", namespace)

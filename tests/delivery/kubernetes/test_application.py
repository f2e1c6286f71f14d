"""A release is applied side by side as far as nothing blocks it, and no further than something failed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.kubernetes.deployer import (
    NAMESPACE,
    Deployer,
    Told,
    Waiting,
    configuration,
    deployment,
    job,
)
from twinstack.api_server import Answer, ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.api_server.response import Response
from twinstack.delivery.application import apply
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.dry_run import examine
from twinstack.delivery.progress import State
from twinstack.errors import ClusterError, ConfigurationError, TwinstackError

WIDGETS: JsonObject = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.delivery.example.org"},
    "spec": {
        "group": "delivery.example.org",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                    }
                },
            }
        ],
    },
}
WIDGET: JsonObject = {
    "apiVersion": "delivery.example.org/v1",
    "kind": "Widget",
    "metadata": {"name": "one"},
    "spec": {"size": 1},
}


class SupersededError(TwinstackError):
    """As of a newer deploy."""


def test_a_first_deploy_creates_everything_in_the_order_of_its_graph(deployer: Deployer) -> None:
    done = deployer.deploy(NAMESPACE, deployment(replicas=1), job(), configuration(a="1"))
    assert done.succeeded
    assert [one["kind"] for one in done.objects] == ["Namespace", "Deployment", "Job", "ConfigMap"]
    created = [subject.split()[0] for subject, state, _ in deployer.told.states if state is State.CREATED]
    assert created.index("Namespace") < created.index("ConfigMap") < created.index("Deployment")
    assert created.index("Job") < created.index("Deployment")
    assert deployer.waiting.waits[0] == ["Job migration"]
    assert deployer.waiting.waits[1][1:2] == ["Deployment web"]


def test_a_custom_resource_comes_with_its_definition(deployer: Deployer) -> None:
    assert deployer.deploy(NAMESPACE, WIDGET, WIDGETS).succeeded
    assert deployer.get("Widget", "one", "delivery.example.org/v1")["spec"] == {"size": 1}
    deployer.api.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", WIDGETS["metadata"]["name"])


def test_what_changed_since_the_dry_run_is_taken_only_once_it_is_named(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, configuration(a="1"))
    planned = examine(deployer.api, deployer.changes(NAMESPACE, configuration(a="2"))).changes
    deployer.api.patch(
        "v1", "ConfigMap", "settings", deployer.namespace, changes={"data": {"a": "3"}}, manager="kubectl-edit"
    )
    told = Told()
    done = apply(deployer.api, planned, waiter=Waiting(deployer.api, told), progress=told)
    assert done.succeeded
    assert told.notes == [f"ConfigMap {deployer.namespace}/settings: takes data[a] from kubectl-edit"]
    assert deployer.get("ConfigMap", "settings")["data"] == {"a": "2"}


def test_a_deploy_that_is_superseded_writes_nothing_more(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE)

    def stop() -> None:
        if any(state is State.CREATED for _, state, _ in deployer.told.states):
            raise SupersededError("1.6.0 is deployed by somebody else")

    with pytest.raises(SupersededError):
        deployer.deploy(NAMESPACE, configuration(a="1"), job(), deployment(replicas=1), stop=stop)
    assert deployer.api.get("apps/v1", "Deployment", "web", deployer.namespace) is None
    assert deployer.deploy(NAMESPACE, configuration(a="1"), job(), deployment(replicas=1)).succeeded


def test_what_is_refused_after_all_is_said_and_what_waits_for_it_is_left(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quota that another took meanwhile, say: the dry run went well."""
    deployer.deploy(NAMESPACE)
    really = ApiServer.apply

    def refuses(self: ApiServer, data: JsonObject, text: str = "", **given: object) -> Answer:
        if data["kind"] == "ConfigMap" and not given.get("dry_run"):
            return Answer({}, refusal="exceeded quota: configmaps=1", status=403)
        return really(self, data, text, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(ApiServer, "apply", refuses)
    done = deployer.deploy(NAMESPACE, configuration(a="1"), deployment(replicas=1))
    assert [(one.code, one.given) for one in done.problems] == [("TW943", "exceeded quota: configmaps=1")]
    assert [one.kind for one in done.not_applied] == ["ConfigMap", "Deployment"]
    assert deployer.told.last()[f"ConfigMap {deployer.namespace}/settings"] is State.FAILED


@pytest.mark.parametrize(
    "passing",
    [
        ClusterError("the API server did not answer: connection refused", status=0),
        (409, 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified'),
        (500, 'Internal error occurred: failed calling webhook "x": connection refused'),
        (500, "etcdserver: leader changed"),
        (429, "too many requests"),
    ],
)
def test_what_passes_is_asked_again(
    passing: ClusterError | tuple[int, str], deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployer.deploy(NAMESPACE)
    really, left, lock = ApiServer._send, [3], threading.Lock()

    def busy(self: ApiServer, method: str, path: str, **given: Any) -> Response:
        with lock:
            left[0] -= method == "PATCH"
            if method == "PATCH" and left[0] >= 0:
                if isinstance(passing, ClusterError):
                    raise passing
                return Response(passing[0], json.dumps({"message": passing[1]}).encode())
        return really(self, method, path, **given)

    monkeypatch.setattr(ApiServer, "_send", busy)
    assert deployer.deploy(NAMESPACE, configuration(a="1")).succeeded
    assert left[0] < 0


def test_a_webhook_that_says_no_by_an_error_is_not_asked_again(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployer.deploy(NAMESPACE)
    really, asked = ApiServer._send, list[str]()

    def refuses(self: ApiServer, method: str, path: str, **given: Any) -> Response:
        if method != "PATCH":
            return really(self, method, path, **given)
        asked.append(path)
        return Response(500, json.dumps({"message": 'admission webhook "x" denied the request: no'}).encode())

    monkeypatch.setattr(ApiServer, "_send", refuses)
    with pytest.raises(ConfigurationError, match="denied the request"):
        deployer.deploy(NAMESPACE, configuration(a="1"))
    assert len(asked) == 1


def test_what_an_administrator_has_to_do_is_left_and_said(deployer: Deployer, tmp_path: Path) -> None:
    """A deployer has rights in the product's namespace only."""
    deployer.deploy(NAMESPACE, configuration(a="1"))
    rules = [
        {
            "apiGroups": ["", "apps"],
            "resources": ["configmaps", "deployments"],
            "verbs": ["get", "list", "watch", "create", "patch"],
        }
    ]
    meta = {"name": "deployer", "namespace": deployer.namespace}
    api_version = "rbac.authorization.k8s.io/v1"
    subject = {"kind": "User", "name": "deployer", "apiGroup": "rbac.authorization.k8s.io"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "deployer"}
    for data in (
        {"apiVersion": api_version, "kind": "Role", "metadata": meta, "rules": rules},
        {"apiVersion": api_version, "kind": "RoleBinding", "metadata": meta, "roleRef": role, "subjects": [subject]},
    ):
        assert not deployer.api.apply(data).refusal
    deployer.api._requests.headers["Impersonate-User"] = "deployer"
    elsewhere = configuration("other", a="1")
    elsewhere["metadata"]["namespace"] = "kube-system"
    objects = NAMESPACE, configuration(a="2"), elsewhere, deployment(replicas=1)
    done = deployer.deploy(*objects)
    assert done.succeeded
    assert deployer.get("ConfigMap", "settings")["data"] == {"a": "2"}
    last = {subject: (state, detail) for subject, state, detail in deployer.told.states}
    why = "no right to list it, so an administrator has to see to it"
    assert last[f"Namespace {deployer.namespace}"] == (State.KEPT, why)
    assert last["ConfigMap kube-system/other"] == (State.KEPT, why)
    service = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x"}}
    assert [one.note for one in deployer.changes(service)] == [why]


def test_what_is_being_deleted_is_made_anew_once_it_is_gone(deployer: Deployer) -> None:
    """As after a client that was killed between deleting and making: applying to it would lose it."""
    held = configuration(a="1")
    deployer.deploy(NAMESPACE, held)
    finalizers = {"metadata": {"finalizers": ["example.org/held"]}}
    deployer.api.patch("v1", "ConfigMap", "settings", deployer.namespace, changes=finalizers)
    first = deployer.get("ConfigMap", "settings")["metadata"]["uid"]
    deployer.api.delete("v1", "ConfigMap", "settings", deployer.namespace)
    (change,) = [one for one in deployer.changes(NAMESPACE, held) if one.writes]
    assert change.kind is ChangeKind.RECREATED
    free = {"metadata": {"finalizers": None}}
    later = threading.Timer(
        0.5, lambda: deployer.api.patch("v1", "ConfigMap", "settings", deployer.namespace, changes=free)
    )
    later.start()
    assert deployer.deploy(NAMESPACE, held).succeeded
    later.join()
    assert deployer.get("ConfigMap", "settings")["metadata"]["uid"] != first


def test_delivering_loads_neither_jsii_nor_pydantic_nor_a_command_line() -> None:
    program = "import twinstack.delivery.application, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"jsii", "pydantic", "typer", "rich", "cdk8s", "jinja2"} & set(loaded) == set()

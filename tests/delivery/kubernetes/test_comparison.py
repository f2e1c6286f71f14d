"""What would change is found by comparison, on a real server's own account of who owns which field."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.delivery.kubernetes.deployer import NAMESPACE, Deployer, autoscaler, configuration, deployment
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.changes import Change, ChangeKind

APPS = "apps/v1"


def only(changes: tuple[Change, ...]) -> Change:
    (found,) = [one for one in changes if one.kind is not ChangeKind.UNCHANGED]
    return found


def container(data: JsonObject) -> Any:
    return data["spec"]["template"]["spec"]["containers"][0]


def with_sidecar(data: JsonObject) -> None:
    data["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": "side:1"})


POLICY: JsonObject = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "policy"},
    "spec": {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"to": [{"podSelector": {}}], "ports": [{"port": 53}]}, {"ports": [{"port": 443}]}],
    },
}


def test_what_was_just_applied_is_unchanged(deployer: Deployer) -> None:
    """Quantities, defaulted keys of lists, defaults inside atomic lists: the server writes them its own way."""
    objects = NAMESPACE, configuration(a="1"), deployment(), autoscaler(), POLICY
    assert deployer.deploy(*objects).succeeded
    assert [one for one in deployer.changes(*objects) if one.kind is not ChangeKind.UNCHANGED] == []
    sent = deployer.api.requests_sent
    assert deployer.deploy(*objects).succeeded
    assert deployer.api.requests_sent - sent == 5, "one list for each kind, and nothing for what is ready"


CHANGES: list[tuple[str, Callable[[JsonObject], object], tuple[str, ...]]] = [
    ("image", lambda it: container(it).update(image="web:2"), ("image",)),
    ("a variable", lambda it: container(it)["env"][0].update(value="2"), ("env[A].value",)),
    ("a number that is text", lambda it: container(it)["env"][0].update(value="1"), ("env[A].value",)),
    ("a new variable", lambda it: container(it)["env"].append({"name": "B", "value": "1"}), ("env[B]",)),
    ("no variable", lambda it: container(it)["env"].pop(0), ("env[A]",)),
    ("a port of two", lambda it: container(it)["ports"].pop(), ("ports",)),
    ("a request", lambda it: container(it)["resources"]["requests"].update(cpu="200m"), ("resources.requests.cpu",)),
    ("a label", lambda it: it["metadata"]["labels"].update(x="y"), ("labels[x]",)),
    ("a field no more", lambda it: container(it).pop("readinessProbe"), ("readinessProbe",)),
    ("a second container", with_sidecar, ("containers[side]",)),
    ("replicas", lambda it: it["spec"].update(replicas=2), ("replicas",)),
]


@pytest.mark.parametrize(("change", "fields"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_change_is_named_as_people_name_it(
    change: Callable[[JsonObject], object], fields: tuple[str, ...], deployer: Deployer
) -> None:
    """By comparison and, the same, by the server's dry run, which has the last word."""
    before = deployment(replicas=1)
    assert not deployer.deploy(NAMESPACE, before).problems
    after = copy.deepcopy(before)
    change(after)
    compared = only(deployer.changes(NAMESPACE, after))
    assert compared.kind is ChangeKind.CHANGED
    examined = deployer.examine(NAMESPACE, after)
    assert examined.problems == ()
    assert only(examined.changes).fields == fields


def test_what_is_inside_a_list_that_is_owned_whole_is_seen(deployer: Deployer) -> None:
    assert deployer.deploy(NAMESPACE, POLICY).succeeded
    after = copy.deepcopy(POLICY)
    del after["spec"]["egress"][0]["to"]
    assert only(deployer.examine(NAMESPACE, after).changes).fields == ("egress",)


def test_a_namespace_of_which_nothing_but_the_name_is_declared_is_not_applied_each_time(deployer: Deployer) -> None:
    """The server keeps no entry of who applied it, since no field of it is anybody's."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": deployer.namespace}}
    assert deployer.deploy(namespace).succeeded
    assert [one.kind for one in deployer.changes(namespace)] == [ChangeKind.UNCHANGED]


def test_fields_of_others_beside_ours_are_no_change(deployer: Deployer) -> None:
    objects = NAMESPACE, configuration(a="1")
    deployer.deploy(*objects)
    changes = {"data": {"b": "2"}, "metadata": {"annotations": {"theirs": "1"}}}
    deployer.api.patch("v1", "ConfigMap", "settings", deployer.namespace, changes=changes, manager="someone")
    assert {one.kind for one in deployer.changes(*objects)} == {ChangeKind.UNCHANGED}


def test_a_hand_edit_is_mended_and_whose_it_was_is_said(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, configuration(a="1", b="1"))
    deployer.api.patch(
        "v1", "ConfigMap", "settings", deployer.namespace, changes={"data": {"a": "2"}}, manager="kubectl-edit"
    )
    found = only(deployer.examine(NAMESPACE, configuration(a="1", b="1")).changes)
    assert (found.fields, found.conflicts) == (("data[a]",), {"kubectl-edit": ("data[a]",)})
    assert deployer.deploy(NAMESPACE, configuration(a="1", b="1")).succeeded
    assert deployer.told.notes == [
        f"ConfigMap {deployer.namespace}/settings: takes data[a] from kubectl-edit",
    ]
    assert deployer.get("ConfigMap", "settings")["data"] == {"a": "1", "b": "1"}


def test_what_another_tool_made_is_taken_over(deployer: Deployer) -> None:
    """Also where nothing of it differs: what nobody owns, nobody can remove later."""
    deployer.deploy(NAMESPACE)
    deployer.api.create(deployer.here(configuration(a="1")), manager="helm")
    found = only(deployer.examine(NAMESPACE, configuration(a="1")).changes)
    assert (found.kind, found.fields) == (ChangeKind.CHANGED, ("ownership",))
    assert deployer.deploy(NAMESPACE, configuration(a="1")).succeeded
    assert {one.kind for one in deployer.changes(NAMESPACE, configuration(a="1"))} == {ChangeKind.UNCHANGED}


def test_what_the_server_drops_is_no_change_each_time(deployer: Deployer) -> None:
    """An empty value that is left out when it is stored is seen as a change by comparison, and not by the dry run."""
    before = deployment(replicas=1)
    container(before)["args"] = []
    deployer.deploy(NAMESPACE, before)
    assert {one.kind for one in deployer.examine(NAMESPACE, before).changes} == {ChangeKind.UNCHANGED}

"""Rights in the cluster: the roles, the token and the way to the API server, and what a real one then lets the pods do."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.planes import Planes, api_server_alone
from tests.shop import BASE, Shop
from tests.shop_chart import objects_of
from twinstack.api_server import ApiServer
from twinstack.environment.cluster_kinds import all_kinds
from twinstack.layers.load import Loaded
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

RIGHTS = BASE.replace(
    "worker:\n",
    """worker:
  cluster_rights:
    - {kinds: [pods, pods/log, deployments], verbs: [get, list, watch]}
    - {kinds: [configmaps], verbs: [get, update], names: [lock]}
    - {kinds: [nodes], verbs: [get], cluster_wide: true}
""",
)
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def found(accept: Callable[..., Loaded[Shop]]) -> dict[tuple[str, str], dict[str, Any]]:
    return objects_of(accept(base=RIGHTS).environment)


def test_a_role_of_the_namespace_has_one_rule_for_each_group(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    reading = ["get", "list", "watch"]
    assert found["Role", "shop-worker"]["rules"] == [
        {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": reading},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": reading},
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "update"], "resourceNames": ["lock"]},
    ]
    assert found["ClusterRole", "shop-live-worker"]["rules"] == [
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}
    ]
    account = {"kind": "ServiceAccount", "name": "shop-worker", "namespace": "shop"}
    for kind, name in (("Role", "shop-worker"), ("ClusterRole", "shop-live-worker")):
        binding = found[f"{kind}Binding", name]
        assert binding["roleRef"] == {"apiGroup": RBAC, "kind": kind, "name": name}
        assert binding["subjects"] == [account]


def test_the_token_is_mounted_there_alone(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    mounted = {
        name: one["spec"]["template"]["spec"]["automountServiceAccountToken"]
        for (kind, name), one in found.items()
        if kind == "Deployment"
    }
    assert mounted == {"shop-web": False, "shop-worker": True}
    assert ("Role", "shop-web") not in found


def test_the_way_to_the_api_server_is_opened_there_alone(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    ways = {
        name: [
            [peer["ipBlock"]["cidr"] for peer in rule["to"]]
            for rule in found["NetworkPolicy", name]["spec"]["egress"]
            if [port["port"] for port in rule["ports"]] == [443] and "except" not in rule["to"][0]["ipBlock"]
        ]
        for name in ("shop-web", "shop-worker")
    }
    assert ways["shop-web"] == []
    # No cluster is described, so its Services may be in any private range; the subnets of the nodes are known.
    services, nodes = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"]
    assert ways["shop-worker"] == [[*services, *nodes]]


needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask"
)


@pytest.fixture(scope="module")
def server(planes: Planes) -> Iterator[ControlPlane]:
    with planes.lent("kubernetes, the API server alone", api_server_alone) as started:
        yield started


@needs_assets
def test_a_real_api_server_lets_the_account_do_that_and_no_more(
    found: dict[tuple[str, str], dict[str, Any]], server: ControlPlane
) -> None:
    kinds = {"Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    for one in found.values():
        if one["kind"] in kinds:
            assert not server.api.apply(one, force=True).refusal
    may = lambda verb, resource, **of: _may(server, "shop-worker", verb, resource, **of)  # noqa: E731  read as a sentence
    assert may("list", "pods")
    assert may("get", "pods", subresource="log")
    assert may("watch", "deployments", group="apps")
    assert may("update", "configmaps", name="lock")
    assert may("get", "nodes", namespace="")
    assert not may("update", "configmaps", name="other")
    assert not may("create", "configmaps")
    assert not may("delete", "pods", name="one")
    assert not may("create", "pods", subresource="exec")
    assert not may("list", "secrets")
    assert not may("list", "pods", namespace="default")
    assert not may("list", "nodes", namespace="")
    assert not _may(server, "shop-web", "list", "pods")


def _may(server: ControlPlane, account: str, verb: str, resource: str, group: str = "", **of: str) -> bool:
    """What the server says, asked by the account itself, with a token as its pods have it."""
    answer = server.api._send(
        "POST",
        f"/api/v1/namespaces/shop/serviceaccounts/{account}/token",
        content=json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}),
        content_type="application/json",
    )
    content = yaml.safe_load(server.kubeconfig.read_text())
    content["users"] = [{"name": "administrator", "user": {"token": json.loads(answer.content)["status"]["token"]}}]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config"
        file.write_text(yaml.safe_dump(content))
        with ApiServer.from_kubeconfig(file) as own:
            return own.may(verb, group, resource, of.pop("namespace", "shop"), **of)


@needs_assets
def test_the_kinds_that_are_known_are_those_of_a_real_api_server(server: ControlPlane) -> None:
    served = _discovered(server)
    missing = {(one.group, one.plural, one.namespaced) for one in all_kinds()} - set(served)
    assert missing == set()
    for one in all_kinds():
        parts = served[one.group, one.plural, one.namespaced]
        assert one.parts - KUBELETS <= parts, one
        assert parts <= one.parts, one


def _discovered(server: ControlPlane) -> dict[tuple[str, str, bool], set[str]]:
    """Every kind that it serves, with its parts."""
    read = server.api._read
    groups = read("/apis")["groups"]
    versions = ["v1", *(one["groupVersion"] for group in groups for one in group["versions"])]
    found: dict[tuple[str, str, bool], set[str]] = {}
    for version in versions:
        group = version.rpartition("/")[0]
        for entry in read(f"/apis/{version}" if group else f"/api/{version}")["resources"]:
            name, _, part = entry["name"].partition("/")
            parts = found.setdefault((group, name, entry["namespaced"]), set())
            parts |= {part} if part else set()
    return found


KUBELETS = {"configz", "healthz", "log", "metrics", "pods", "stats"}
"""Parts of a node that its kubelet asks about, and no server serves. Source: Kubernetes, "Kubelet authentication/authorization"."""

"""Everything around a release, looked at for real: moto's account, a real API server, a registry of this machine."""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.cloud import STACK
from twinstack.api_server import ApiServer
from twinstack.delivery import Manifest
from twinstack.delivery.doctor import Check, Examined, Finding, doctor, is_well
from twinstack.delivery.examination import attempt
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.release import ClusterIdentity
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.testing import Twins

REGION, ACCOUNT, BUCKET = "us-west-2", "123456789012", "shadower-terraform-state"
NAME = "shadower-analytics"
ARN = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{NAME}"

needs_a_control_plane = pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason="no control plane")


@pytest.fixture
def account(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty account, and credentials for it."""
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).read()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "KUBECONFIG": str(tmp_path / "no-kubeconfig"),
    }.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture(autouse=True)
def _no_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a registry or a name server of the world."""
    from twinstack.delivery.examination import outside
    from twinstack.delivery.registry import ImageState, Presence

    monkeypatch.setattr(outside, "image_state", lambda image: ImageState(image, Presence.UNKNOWN, "not asked"))
    monkeypatch.setattr(outside, "addresses", lambda _host: ["192.0.2.1"])


def prod(cluster: ClusterIdentity | None = None) -> Examined:
    """analytics-prod, as its reviewed output has it."""
    folder = STACK.parent
    return Examined.of_files("prod", infrastructure=folder, workloads=folder, namespace="analytics", cluster=cluster)


def of(checks: Sequence[Check], title: str) -> list[Check]:
    return [check for check in checks if check.title == title]


def only(checks: Sequence[Check], title: str) -> Check:
    (found,) = of(checks, title)
    return found


def boto(service: str) -> Any:
    import boto3

    return boto3.client(service, region_name=REGION)


def test_a_look_that_raises_is_what_was_found() -> None:
    def broken() -> Sequence[Check]:
        raise ZeroDivisionError("by nothing")

    (check,) = attempt("this", broken)
    assert (check.finding, check.message) == (Finding.FAILED, "could not be looked at: ZeroDivisionError: by nothing")


def test_nothing_is_there_yet_and_each_missing_thing_has_its_fix(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    checks = doctor(prod(ClusterIdentity(NAME, REGION, ACCOUNT, ARN)))
    assert not is_well(checks)
    assert only(checks, "Terraform").finding is Finding.FAILED
    assert only(checks, "AWS CLI").finding is Finding.WARNING
    assert only(checks, "credentials").finding is Finding.OK
    assert only(checks, "state bucket").message == f"there is no bucket {BUCKET}"
    assert only(checks, "state bucket").fix == "make it: `twinstack bootstrap prod --apply`"
    assert len(of(checks, "secrets")) == 8
    assert "there is no kubeconfig at" in only(checks, "cluster").message
    assert {check.finding for title in ("API server", "kinds", "rights") for check in of(checks, title)} == {
        Finding.LEFT_OUT
    }
    assert {check.finding for check in of(checks, "images")} == {Finding.LEFT_OUT}
    assert only(checks, "names").message == "analytics.shadower.ai leads to 192.0.2.1"
    assert all(check.fix for check in checks if check.finding is Finding.FAILED)


def test_another_account_is_asked_nothing_more(account: str) -> None:
    examined = prod()
    stack = json.loads(json.dumps(examined.stack))
    stack["provider"]["aws"][0]["allowed_account_ids"] = ["111122223333"]
    checks = doctor(replace(examined, stack=stack, manifests=()))
    assert only(checks, "credentials").finding is Finding.FAILED
    assert [only(checks, title).finding for title in ("state bucket", "secrets")] == [Finding.LEFT_OUT] * 2


@needs_a_control_plane
def test_all_is_well_once_everything_is_there(account: str, bare_plane: ControlPlane) -> None:
    boto("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    from twinstack.delivery.secrets import needed_secrets

    for secret in needed_secrets(prod().manifests):
        boto("secretsmanager").create_secret(Name=secret.name)
        boto("secretsmanager").put_secret_value(
            SecretId=secret.name, SecretString="x", VersionStages=["AWSCURRENT", secret.label]
        )
    driver: dict[str, Any] = {
        "apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver",
        "metadata": {"name": "secrets-store.csi.k8s.io"}, "spec": {"attachRequired": False},
    }  # fmt: skip
    missing = doctor(right(bare_plane), kubeconfig=bare_plane.kubeconfig)
    assert "the driver secrets-store.csi.k8s.io is missing" in {one.message[:46] for one in of(missing, "kinds")}
    assert not bare_plane.api.apply(driver).refusal
    try:
        checks = doctor(right(bare_plane), kubeconfig=bare_plane.kubeconfig)
    finally:
        bare_plane.api.delete(driver["apiVersion"], driver["kind"], "secrets-store.csi.k8s.io")
    assert [check for check in checks if check.finding is Finding.FAILED and check.title != "Terraform"] == []
    assert only(checks, "state bucket").message == f"{BUCKET} is there, and nobody is at work on the state"
    assert only(checks, "secrets").message == "8 have the version that pods ask for"
    assert only(checks, "cluster").message == f"{NAME}: its endpoint is the one that Terraform knows"
    assert only(checks, "clock").finding is Finding.OK
    assert only(checks, "rights").finding is Finding.OK
    assert any(check.message == "no metrics: nothing is scaled" for check in of(checks, "kinds"))
    lock = {"ID": "1", "Who": "ci@runner", "Created": "2026-11-28T22:00:00Z"}
    boto("s3").put_object(Bucket=BUCKET, Key="analytics/terraform.tfstate.tflock", Body=json.dumps(lock).encode())
    locked = only(doctor(right(bare_plane), kubeconfig=bare_plane.kubeconfig), "state bucket")
    assert (locked.finding, "locked by ci@runner, since 2026-11-28T22" in locked.message) == (Finding.WARNING, True)


@needs_a_control_plane
def test_another_cluster_is_asked_nothing(account: str, bare_plane: ControlPlane) -> None:
    wrong = replace(
        right(bare_plane), cluster=ClusterIdentity(NAME, REGION, ACCOUNT, ARN, "https://x.eks.amazonaws.com")
    )
    checks = doctor(wrong, kubeconfig=bare_plane.kubeconfig)
    assert "another cluster" in only(checks, "cluster").message
    assert only(checks, "rights").finding is Finding.LEFT_OUT


@needs_a_control_plane
def test_a_kind_that_is_not_served_is_told_with_what_brings_it(account: str, bare_plane: ControlPlane) -> None:
    keda = Manifest({"apiVersion": "keda.sh/v1", "kind": "ScaledObject", "metadata": {"name": "x", "namespace": "a"}})
    node = Manifest({"apiVersion": "karpenter.sh/v9", "kind": "NodePool", "metadata": {"name": "x"}})
    found = of(doctor(replace(right(bare_plane), manifests=(keda, node)), kubeconfig=bare_plane.kubeconfig), "kinds")
    assert [(one.message, one.fix) for one in found] == [
        ("the cluster serves no NodePool of karpenter.sh/v9", "install Karpenter, or use EKS Auto Mode"),
        ("the cluster serves no ScaledObject of keda.sh/v1", "install KEDA, or let `scale` follow cpu"),
    ]


@needs_a_control_plane
def test_a_deployer_lacks_what_nobody_gave_and_has_what_the_role_gives(
    account: str, bare_plane: ControlPlane, tmp_path: Path
) -> None:
    namespace = f"doctor-{next(_NUMBERS)}"
    for manifest in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "deployer", "namespace": namespace}},
    ):
        assert not bare_plane.api.apply(manifest).refusal
    kubeconfig = as_account(bare_plane, namespace, tmp_path)
    labels = {"app.kubernetes.io/instance": "analytics-prod"}
    metadata = {"name": "c", "namespace": namespace, "labels": labels}
    own = Manifest({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    shared = Manifest({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "kube-system"}})
    examined = replace(right(bare_plane), namespace=namespace, manifests=(own, shared), stack={})
    refused = of(doctor(examined, kubeconfig=kubeconfig), "rights")
    assert any(
        one.finding is Finding.FAILED and one.message.startswith(f"in {namespace} this user may not get")
        for one in refused
    )
    for manifest in role(namespace):
        assert not bare_plane.api.apply(manifest).refusal
    given = of(doctor(examined, kubeconfig=kubeconfig), "rights")
    assert [(one.finding, one.message) for one in given] == [
        (
            Finding.WARNING,
            "what is an administrator's: this user may not get, list, watch, create, patch, delete configmaps in kube-system",
        )
    ]


@needs_a_control_plane
def test_the_librarys_own_role_is_enough_for_a_release(
    twin: Twins, account: str, bare_plane: ControlPlane, tmp_path: Path
) -> None:
    made = twin("prod", {"cluster.deployers": ["release"]}).files
    texts = [text for name, text in made.items() if name.endswith(".k8s.yaml")]
    manifests = tuple(Manifest(one) for text in texts for one in yaml.safe_load_all(text) if one)
    (given,) = [one for one in manifests if (one.kind, one.name) == ("Role", "analytics-deployers")]
    account_of_ci = {"kind": "ServiceAccount", "metadata": {"name": "deployer", "namespace": "analytics"}}
    for manifest in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "analytics"}},
        {"apiVersion": "v1", **account_of_ci},
        dict(given.data),
        binding("analytics", given.name),
    ):
        assert not bare_plane.api.apply(manifest).refusal
    kubeconfig = as_account(bare_plane, "analytics", tmp_path)
    found = of(doctor(replace(right(bare_plane), manifests=manifests), kubeconfig=kubeconfig), "rights")
    assert {one.finding for one in found} == {Finding.WARNING}, "what lies outside is an administrator's"
    assert any("ingressclasses.networking.k8s.io" in one.message for one in found)


def right(bare_plane: ControlPlane) -> Examined:
    """analytics-prod, whose cluster is this one."""
    return prod(ClusterIdentity(NAME, REGION, ACCOUNT, ARN, bare_plane.api.url))


def as_account(bare_plane: ControlPlane, namespace: str, folder: Path) -> Path:
    """A kubeconfig of a service account of this namespace."""
    content = yaml.safe_load(bare_plane.kubeconfig.read_text())
    request = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
    with ApiServer.from_kubeconfig(bare_plane.kubeconfig) as api:
        answer = api._send(
            "POST",
            f"/api/v1/namespaces/{namespace}/serviceaccounts/deployer/token",
            content=request,
            content_type="application/json",
        )
    content["users"] = [{"name": "administrator", "user": {"token": json.loads(answer.content)["status"]["token"]}}]
    file = folder / "deployer"
    file.write_text(yaml.safe_dump(content))
    return file


def role(namespace: str) -> list[dict[str, Any]]:
    """What the library's own Role gives, for the kinds that are asked here."""
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "deployers", "namespace": namespace}}
    change = ["get", "list", "watch", "create", "update", "patch", "delete"]
    rules = [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": change},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
        {
            "apiGroups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "resourceNames": [lease_name("analytics-prod")],
            "verbs": ["get", "update"],
        },
        {"apiGroups": ["", "apps"], "resources": ["events", "pods", "replicasets"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    ]
    return [{**rbac, "kind": "Role", "rules": rules}, binding(namespace, "deployers")]


def binding(namespace: str, role_name: str) -> dict[str, Any]:
    """Gives a Role to the service account."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "deployer", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role_name},
        "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}],
    }


_NUMBERS = itertools.count(1)

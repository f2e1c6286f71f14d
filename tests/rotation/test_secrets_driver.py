"""The simulated secrets driver keeps the rules of version 1.6 and of its AWS provider."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from tests.rotation.account import Account
from tests.rotation.cluster import Cluster
from tests.rotation.secrets_driver import MountError, SecretsDriver
from twinstack.api_server.answer import JsonObject

ARN = "arn:aws:secretsmanager:us-west-2:111122223333:secret:"


class Shop:
    """A class, two secrets, and pods that mount it."""

    def __init__(self, cluster: Cluster, account: Account, namespace: str, folder: Path) -> None:
        self.cluster, self.account, self.namespace, self.folder = cluster, account, namespace, folder
        self.driver = SecretsDriver(cluster, account, seconds=lambda seconds: seconds)
        for name in ("url", "key"):
            account.secrets.create(f"shop/{name}", f"{ARN}{name}")
            account.secrets.put(f"shop/{name}", "one", f"{name} 1", ["v1"])
        policy = {"Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [f"{ARN}url", f"{ARN}key"]}]}  # fmt: skip
        account.roles.associate(namespace, "default", "arn:aws:iam::111122223333:role/web")
        account.roles.allow("web", "links", json.dumps(policy))
        self.publish_class()

    def publish_class(self, keys: tuple[str, ...] = ("url",), label: str = "v1", **more: object) -> None:
        objects = [
            {"objectName": f"shop/{key}", "objectAlias": key, "objectVersionLabel": label, **more} for key in keys
        ]
        data = [{"objectName": key, "key": key} for key in keys]
        answer = self.cluster.apply(
            {
                "apiVersion": "secrets-store.csi.x-k8s.io/v1",
                "kind": "SecretProviderClass",
                "metadata": {"name": "web", "namespace": self.namespace},
                "spec": {
                    "provider": "aws",
                    "parameters": {"objects": yaml.safe_dump(objects)},
                    "secretObjects": [{"secretName": "web", "type": "Opaque", "data": data}],
                },
            }
        )
        assert not answer.refusal

    def pod(self, name: str) -> JsonObject:
        # Any object that exists: the real garbage collector removes a pod whose owner does not.
        answer = self.cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"{name}-set", "namespace": self.namespace}})  # fmt: skip
        owner = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": f"{name}-set",
            "uid": answer.object["metadata"]["uid"],
        }
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": self.namespace, "ownerReferences": [owner]},
            "spec": {"serviceAccountName": "default", "containers": [{"name": "web", "image": "web:1"}]},
        }
        answer = self.cluster.create_at(f"/api/v1/namespaces/{self.namespace}/pods", pod)
        assert not answer.refusal, answer.refusal
        return answer.object

    def mount(self, pod: JsonObject) -> Path:
        folder = self.folder / pod["metadata"]["name"]
        self.driver.publish(pod, "web", folder)
        return folder

    def secret(self) -> dict[str, str] | None:
        found = self.cluster.get("v1", "Secret", "web", self.namespace)
        return {key: base64.b64decode(text).decode() for key, text in found["data"].items()} if found else None


@pytest.fixture
def shop(cluster: Cluster, account: Account, namespace: str, tmp_path: Path) -> Shop:
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}
    )
    return Shop(cluster, account, namespace, tmp_path)


def test_a_mount_writes_the_files_and_the_secret(shop: Shop) -> None:
    folder = shop.mount(shop.pod("web"))
    assert (folder / "url").read_text() == "url 1"
    assert shop.secret() == {"url": "url 1"}


def test_a_mount_reads_the_version_that_has_the_label(shop: Shop) -> None:
    shop.account.secrets.put("shop/url", "two", "url 2", ["AWSCURRENT", "v2"])
    assert (shop.mount(shop.pod("former")) / "url").read_text() == "url 1"
    shop.publish_class(label="v2")
    assert (shop.mount(shop.pod("current")) / "url").read_text() == "url 2"


def test_a_missing_class_secret_label_or_right_fails_the_mount_and_writes_nothing(shop: Shop) -> None:
    pod = shop.pod("web")
    with pytest.raises(MountError, match="failed to get secretproviderclass"):
        shop.driver.publish(pod, "other", shop.folder / "none")
    shop.publish_class(label="v7")
    with pytest.raises(MountError, match="staging label: v7"):
        shop.mount(pod)
    shop.publish_class(keys=("url", "gone"))
    with pytest.raises(MountError, match="can't find the specified secret: shop/gone"):
        shop.mount(pod)
    shop.publish_class()
    shop.account.roles.allow("web", "links", None)
    with pytest.raises(MountError, match="not authorized"):
        shop.mount(pod)
    assert shop.secret() is None
    assert not (shop.folder / "web").exists()


def test_a_secret_that_exists_is_replaced_whole_by_the_next_mount(shop: Shop) -> None:
    shop.publish_class(keys=("url", "key"))
    shop.mount(shop.pod("former"))
    shop.publish_class(keys=("url",))
    shop.mount(shop.pod("current"))
    assert shop.secret() == {"url": "url 1"}


def test_two_pods_of_a_class_that_changed_overwrite_each_other(shop: Shop) -> None:
    """Every five minutes each pod's own files are written again: a class's content must not change under its name."""
    shop.mount(shop.pod("former"))
    shop.account.secrets.put("shop/url", "two", "url 2", ["v2"])
    shop.publish_class(label="v2")
    current = shop.pod("current")
    shop.mount(current)
    assert shop.secret() == {"url": "url 2"}
    shop.driver.unpublish(current)
    shop.driver.reconcile_all()
    assert shop.secret() == {"url": "url 1"}


def test_a_key_that_a_pod_did_not_mount_leaves_the_secret_alone(shop: Shop) -> None:
    shop.mount(shop.pod("former"))
    shop.publish_class(keys=("url", "key"))
    shop.driver.reconcile_all()
    assert shop.secret() == {"url": "url 1"}
    assert shop.driver.events == ["former: web: file matching objectName key not found in the pod"]


def test_the_poll_brings_a_new_value_and_masks_what_fails(shop: Shop) -> None:
    folder = shop.mount(shop.pod("web"))
    shop.publish_class(label="AWSCURRENT")
    shop.account.secrets.put("shop/url", "two", "url 2")
    shop.driver.poll()
    assert (folder / "url").read_text() == "url 2"
    assert shop.secret() == {"url": "url 2"}
    shop.account.secrets.delete("shop/url", recovery_days=30)
    shop.driver.poll()
    assert (folder / "url").read_text() == "url 2"
    assert "marked for deletion" in shop.driver.events[-1]


def test_the_owners_of_the_pods_become_owners_of_the_secret_and_are_lost_by_a_write(shop: Shop) -> None:
    def owners() -> list[str]:
        found = shop.cluster.get("v1", "Secret", "web", shop.namespace)
        assert found
        return [one["name"] for one in found["metadata"].get("ownerReferences") or []]

    shop.mount(shop.pod("web"))
    assert owners() == []
    shop.driver.patch_owners()
    assert owners() == ["web-set"]
    shop.driver.reconcile_all()
    assert owners() == []


def test_a_pod_that_ends_writes_nothing(shop: Shop) -> None:
    pod = shop.pod("web")
    shop.cluster.set_status(pod, {"phase": "Succeeded"})
    shop.mount(pod)
    assert shop.secret() is None


def test_a_field_of_a_value_is_a_file_of_its_own(shop: Shop) -> None:
    shop.account.secrets.put("shop/url", "two", json.dumps({"user": "web", "port": 1}), ["v2"])
    shop.publish_class(label="v2", jmesPath=[{"path": '"user"', "objectAlias": "name"}])
    folder = shop.mount(shop.pod("web"))
    assert (folder / "name").read_text() == "web"
    shop.publish_class(label="v2", jmesPath=[{"path": "port", "objectAlias": "name"}])
    with pytest.raises(MountError, match="does not point to a valid object"):
        shop.mount(shop.pod("other"))

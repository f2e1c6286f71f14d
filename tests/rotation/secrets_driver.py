"""The Secrets Store CSI driver with its AWS provider, as a pod's volume, its Secret and its restarts notice them.

Read in the sources on 2026-11-28: kubernetes-sigs/secrets-store-csi-driver v1.6.0 (commit 0aad886:
pkg/secrets-store/nodeserver.go, controllers/secretproviderclasspodstatus_controller.go, pkg/util/secretutil/secret.go)
and aws/secrets-store-csi-driver-provider-aws (commit a74182c: provider/secrets_manager_provider.go, server/server.go).
What is kept:

- a mount reads the class as it is at that moment and fetches its objects one by one with the pod's own role: the first
  that fails (no class, no secret, no such label, no right) fails the mount whole, and kubelet tries again;
- `objectVersionLabel` picks the version, AWSCURRENT without it; `jmesPath` entries are files beside the object's own;
- after a mount, and after a poll that fetched, the class's Secrets are written from the *mounted files*: made, or
  replaced whole (1.6; up to 1.5 only made), labels and owners included; a key whose file that pod did not mount is an
  event and leaves the Secret alone; a pod that ends, or has ended, is skipped;
- every five seconds the owners of the mounting pods (ReplicaSets, Jobs) become owners of the Secret, so that the
  garbage collector removes it once none of them is left, and not when the last pod goes;
- every five minutes each mount writes its Secrets again, with its own files and the class of that moment;
- the rotation poll (`rotationPollInterval`) mounts anew; an error then is masked: the old files stay.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.rotation.account import Account
from tests.rotation.cluster import Cluster
from tests.rotation.secrets_manager import CURRENT, SecretsError
from twinstack.api_server.answer import JsonObject

DRIVER: Final = "secrets-store.csi.k8s.io"
CLASS: Final = ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass")


class MountError(Exception):
    """A mount that failed; the pod stays in ContainerCreating with this event."""


@dataclass
class _Mount:
    pod: JsonObject
    class_name: str
    folder: Path
    versions: dict[str, str] = field(default_factory=dict)
    """The version of each file."""


class SecretsDriver:
    """The driver on every node of one cluster, for the pods of one account."""

    def __init__(self, cluster: Cluster, account: Account, *, seconds: Callable[[float], float]) -> None:
        """`seconds` says how long so many of the driver's seconds last here."""
        self.cluster, self.account = cluster, account
        self._seconds = seconds
        # As in the driver: one mutex for reconciling and for the owners.
        self._lock = threading.RLock()
        self._mounts: dict[tuple[str, str], _Mount] = {}
        self.events: list[str] = []
        """What went wrong without failing a mount."""
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins what the driver does by itself: owners every five seconds, Secrets every five minutes."""
        for work, interval in ((self.patch_owners, 5.0), (self.reconcile_all, 300.0)):
            thread = threading.Thread(target=self._repeat, args=(work, self._seconds(interval)), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ends what it does by itself."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def publish(self, pod: JsonObject, class_name: str, folder: Path) -> None:
        """NodePublishVolume: mounts a class into a folder, and writes its Secrets. Raises MountError."""
        mount = _Mount(pod, class_name, folder)
        self._fetch(mount)
        with self._lock:
            self._mounts[pod["metadata"]["uid"], class_name] = mount
        self._reconcile(mount)

    def unpublish(self, pod: JsonObject) -> None:
        """NodeUnpublishVolume: forgets the pod's mounts. Nothing happens to a Secret."""
        with self._lock:
            for key in [key for key in self._mounts if key[0] == pod["metadata"]["uid"]]:
                del self._mounts[key]

    def poll(self) -> None:
        """The rotation poll falls due, for every mount at once."""
        for mount in self._all():
            with self._lock:
                if not self._is_mounted(mount):
                    continue
                before = dict(mount.versions)
                try:
                    self._fetch(mount)
                except MountError as masked:
                    self.events.append(f"{mount.pod['metadata']['name']}: {masked}")
                    continue
                if mount.versions != before:
                    self._reconcile(mount)

    def reconcile_all(self) -> None:
        """Writes the Secrets of every mount again."""
        for mount in self._all():
            self._reconcile(mount)

    def patch_owners(self) -> None:
        """Adds the owners of the mounting pods to the Secrets of their classes."""
        with self._lock:
            owners: dict[tuple[str, str], dict[str, JsonObject]] = {}
            for mount in self._mounts.values():
                namespace = mount.pod["metadata"]["namespace"]
                found = self.cluster.get(*CLASS, mount.class_name, namespace)
                for secret in _secret_objects(found):
                    for owner in mount.pod["metadata"].get("ownerReferences") or []:
                        bare = {key: owner[key] for key in ("apiVersion", "kind", "name", "uid")}
                        owners.setdefault((namespace, secret["secretName"]), {})[owner["name"]] = bare
            for (namespace, name), wanted in owners.items():
                secret = self.cluster.get("v1", "Secret", name, namespace)
                if secret is None:
                    continue
                present = secret["metadata"].get("ownerReferences") or []
                missing = [one for key, one in wanted.items() if key not in {each["name"] for each in present}]
                if missing:
                    version = secret["metadata"]["resourceVersion"]
                    metadata = {"ownerReferences": [*present, *missing], "resourceVersion": version}
                    self.cluster.merge(_secret_path(namespace, name), {"metadata": metadata})

    def _repeat(self, work: Callable[[], None], interval: float) -> None:
        while not self._stopped.wait(interval):
            work()

    def _all(self) -> list[_Mount]:
        with self._lock:
            return list(self._mounts.values())

    def _is_mounted(self, mount: _Mount) -> bool:
        return self._mounts.get((mount.pod["metadata"]["uid"], mount.class_name)) is mount

    def _fetch(self, mount: _Mount) -> None:
        """Fetches what the class names now; nothing is written unless all of it came."""
        namespace = mount.pod["metadata"]["namespace"]
        found = self.cluster.get(*CLASS, mount.class_name, namespace)
        if found is None:
            raise MountError(f"failed to get secretproviderclass {namespace}/{mount.class_name}, error: not found")
        files: dict[str, str] = {}
        versions: dict[str, str] = {}
        for entry in yaml.safe_load(found["spec"]["parameters"]["objects"]):
            version, value = self._value(mount.pod, entry)
            for name, text in _files(entry, value):
                files[name], versions[name] = text, version
        mount.folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (mount.folder / name).write_text(text, encoding="utf-8")
        mount.versions = versions

    def _value(self, pod: JsonObject, entry: Mapping[str, Any]) -> tuple[str, str]:
        name = entry["objectName"]
        secrets, roles = self.account.secrets, self.account.roles
        who = (pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default"))
        try:
            refusal = roles.refusal(*who, "secretsmanager:GetSecretValue", secrets.arn(name))
            key = secrets.key(name)
            refusal = refusal or (roles.refusal(*who, "kms:Decrypt", key) if key else "")
            if refusal:
                raise MountError(f"Failed fetching secret {name}: {refusal}")
            return secrets.value(
                name, version=entry.get("objectVersion") or None, label=entry.get("objectVersionLabel") or CURRENT
            )
        except SecretsError as refused:
            raise MountError(f"Failed fetching secret {name}: {refused}") from refused

    def _reconcile(self, mount: _Mount) -> None:
        with self._lock:
            pod = self.cluster.get("v1", "Pod", mount.pod["metadata"]["name"], mount.pod["metadata"]["namespace"])
            if not self._is_mounted(mount) or pod is None or pod["metadata"]["uid"] != mount.pod["metadata"]["uid"]:
                return
            if has_ended(pod):
                return
            found = self.cluster.get(*CLASS, mount.class_name, pod["metadata"]["namespace"])
            for secret in _secret_objects(found):
                missing = [one["objectName"] for one in secret["data"] if one["objectName"] not in mount.versions]
                if missing:
                    self.events.append(
                        f"{pod['metadata']['name']}: {secret['secretName']}: file matching objectName "
                        f"{missing[0]} not found in the pod"
                    )
                    continue
                self._write(pod["metadata"]["namespace"], secret, mount.folder)

    def _write(self, namespace: str, secret: Mapping[str, Any], folder: Path) -> None:
        data = {one["key"]: _encoded((folder / one["objectName"]).read_bytes()) for one in secret["data"]}
        metadata = {
            "name": secret["secretName"],
            "namespace": namespace,
            "labels": {**(secret.get("labels") or {}), "secrets-store.csi.k8s.io/managed": "true"},
        }
        whole = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": secret["type"], "data": data}
        answer = self.cluster.create_at(f"/api/v1/namespaces/{namespace}/secrets", whole)
        if answer.status == _CONFLICT:
            answer = self.cluster.replace(_secret_path(namespace, secret["secretName"]), whole)
        if answer.refusal:
            self.events.append(f"{secret['secretName']}: {answer.refusal}")


def has_ended(pod: JsonObject) -> bool:
    """Whether a pod is ending or has ended: the driver writes nothing for it any more."""
    return bool(pod["metadata"].get("deletionTimestamp")) or pod["status"].get("phase") in ("Succeeded", "Failed")


def mounted_classes(pod: JsonObject) -> dict[str, str]:
    """The class that each volume of a pod mounts, by the volume's name."""
    return {
        volume["name"]: volume["csi"]["volumeAttributes"]["secretProviderClass"]
        for volume in pod["spec"].get("volumes") or []
        if (volume.get("csi") or {}).get("driver") == DRIVER
    }


def _secret_objects(found: JsonObject | None) -> list[JsonObject]:
    return list((found or {}).get("spec", {}).get("secretObjects") or [])


def _files(entry: Mapping[str, Any], value: str) -> Iterator[tuple[str, str]]:
    yield entry.get("objectAlias") or entry["objectName"].replace("/", "_"), value
    for part in entry.get("jmesPath") or []:
        name = _FIELD.fullmatch(part["path"])
        if name is None:
            raise NotImplementedError(f"only the name of a field is understood here, not {part['path']}")
        found = json.loads(value).get(name[1] or name[2])
        if not isinstance(found, str):
            raise MountError(
                f"JMES Path - {part['path']} for object alias - {part['objectAlias']} does not point to a valid object."
            )
        yield part["objectAlias"], found


def _secret_path(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets/{name}"


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


_FIELD: Final = re.compile(r'"([^"]+)"|([A-Za-z_]\w*)')
_CONFLICT: Final = 409

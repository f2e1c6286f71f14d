"""The values of secrets: which there are, and which the database still takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from success_metrics.api import Api, JsonObject, at


class Vault:
    """Secrets Manager, the driver that writes its values into the cluster, and the database that checks them."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._missing: set[str] = set()
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    def withhold(self, label: str) -> None:
        """Versions of this label have no value: nobody provided one."""
        with self._lock:
            self._missing.add(label)

    def provide(self, label: str) -> None:
        """They have one from now on."""
        with self._lock:
            self._missing.discard(label)

    def refuse(self, value: str) -> None:
        """The database takes no login with this value any more."""
        with self._lock:
            self._refused.add(value)

    def refuses(self, values: Iterator[str] | set[str]) -> bool:
        """Whether a program that holds these values can no longer log in."""
        with self._lock:
            return not self._refused.isdisjoint(values)

    def trouble(self, pod: JsonObject) -> str:
        """Why a volume of this pod cannot be mounted, in the words of a kubelet's event; empty when all is written."""
        namespace = pod["metadata"]["namespace"]
        for volume in pod["spec"].get("volumes") or []:
            found = ""
            if name := (volume.get("configMap") or {}).get("name"):
                found = self._configmap(namespace, name)
            elif (volume.get("csi") or {}).get("driver") == _DRIVER:
                found = self._mount(namespace, volume["csi"]["volumeAttributes"]["secretProviderClass"])
            if found:
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {found}'
        return ""

    def _configmap(self, namespace: str, name: str) -> str:
        found = self._api.get(at("v1", "configmaps", namespace, name))
        return "" if found else f'configmap "{name}" not found'

    def _mount(self, namespace: str, name: str) -> str:
        found = self._api.get(at(_GROUP, "secretproviderclasses", namespace, name))
        if found is None:
            return (
                "rpc error: code = Unknown desc = failed to get secretproviderclass "
                f'{namespace}/{name}, error: SecretProviderClass.secrets-store.csi.x-k8s.io "{name}" not found'
            )
        values: dict[str, str] = {}
        for one in yaml.safe_load(found["spec"]["parameters"]["objects"]) or []:
            label = str(one.get("objectVersionLabel", "AWSCURRENT"))
            with self._lock:
                if label in self._missing:
                    return (
                        "rpc error: code = Unknown desc = failed to mount secrets store objects for pod, err: rpc error: "
                        f"code = Unknown desc = Failed fetching secret {one['objectName']}: ResourceNotFoundException: "
                        f"Secrets Manager can't find the specified secret value for staging label: {label}"
                    )
            values[str(one.get("objectAlias") or one["objectName"])] = f"{one['objectName']}@{label}"
        for secret in found["spec"].get("secretObjects") or []:
            self._write(namespace, secret, values)
        return ""

    def _write(self, namespace: str, secret: Mapping[str, Any], values: Mapping[str, str]) -> None:
        path = at("v1", "secrets", namespace, secret["secretName"])
        data = {one["key"]: values[one["objectName"]] for one in secret.get("data") or []}
        metadata = {"name": secret["secretName"], "namespace": namespace, "labels": secret.get("labels") or {}}
        self._api.apply(
            path,
            {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": secret["type"], "stringData": data},
            _DRIVER,
        )


_DRIVER: Final = "secrets-store.csi.k8s.io"
_GROUP: Final = "secrets-store.csi.x-k8s.io/v1"

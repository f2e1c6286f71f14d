"""Plays the Secrets Store CSI driver: what it writes when a pod mounts a SecretProviderClass, with placeholder values.

The rules it holds are the driver's: a class must exist when a pod mounts it, a synced Secret belongs to one class, and
only what the class fetches can be synced. Source: Secrets Store CSI Driver documentation, "Sync as Kubernetes Secret",
and that of its AWS provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from twinstack.api_server import ApiServer
from twinstack.errors import Problem
from twinstack.kubeconfig import DEFAULT_NAMESPACE
from twinstack.rehearsal.kubernetes.inventory import TEMPLATE_PATHS, Applied, PodTemplate, value
from twinstack.rehearsal.kubernetes.manifests import Manifest


@dataclass(slots=True)
class SecretsStore:
    """The driver. It is told of every class that was applied, and of every workload before it is."""

    api: ApiServer
    classes: dict[tuple[str, str], Applied] = field(default_factory=dict)
    writers: dict[tuple[str, str], str] = field(default_factory=dict)
    """The class that writes a Secret, by the Secret's namespace and name."""

    def publish(self, applied: Applied) -> Iterator[Problem]:
        """Remembers a class, and yields what the driver would stumble over in it."""
        self.classes[applied.namespace, applied.name] = applied
        fetched = _fetched(applied.spec)
        for secret in applied.spec.get("secretObjects") or []:
            key = (applied.namespace, secret["secretName"])
            other = self.writers.setdefault(key, applied.name)
            if other != applied.name:
                yield applied.problem(
                    "TW932",
                    "two SecretProviderClasses write one Secret, and the driver replaces it whole each time",
                    given=f"Secret {secret['secretName']}, also written by {other}",
                    fix="give each class a Secret of its own",
                )
            for entry in secret.get("data") or []:
                if fetched is not None and entry["objectName"] not in fetched:
                    yield applied.problem(
                        "TW933",
                        "a synced key is taken from an object that the class does not fetch, so no pod would start",
                        given=f"{secret['secretName']}.{entry['key']} from {entry['objectName']}",
                        allowed=", ".join(sorted(fetched)) or "nothing: parameters.objects is empty",
                        fix="name the object, or its objectAlias, in parameters.objects",
                    )

    def mount(self, manifest: Manifest) -> Iterator[Problem]:
        """Writes the Secrets of every class that the pods of this manifest mount."""
        pod = value(manifest.data, *TEMPLATE_PATHS.get(manifest.kind, ("none",)), otherwise={})
        for name in mounted_classes(value(pod, "spec", otherwise={})):
            applied = self.classes.get((manifest.namespace, name))
            if applied is None:
                yield manifest.problem(
                    "TW931",
                    "its pods mount a SecretProviderClass that does not exist when it is applied",
                    given=f"{name} in namespace {manifest.namespace}",
                    fix="put the class in an earlier file, in the same namespace",
                )
                continue
            for secret in applied.spec.get("secretObjects") or []:
                yield from self._write(applied, secret)

    def secrets_of(self, template: PodTemplate) -> set[str]:
        """The names of the Secrets that exist because these pods run."""
        mounted = (self.classes.get((template.namespace, name)) for name in mounted_classes(template.spec))
        return {
            secret["secretName"]
            for applied in mounted
            if applied is not None
            for secret in applied.spec.get("secretObjects") or []
        }

    def _write(self, applied: Applied, secret: Mapping[str, Any]) -> Iterator[Problem]:
        kind = secret["type"] if secret.get("type") else "Opaque"
        placeholder = "{}" if kind in _JSON_TYPES else "placeholder"
        answer = self.api.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": secret["secretName"], "namespace": applied.namespace or DEFAULT_NAMESPACE},
                "type": kind,
                "stringData": {entry["key"]: placeholder for entry in secret.get("data") or []},
            },
            manager=_DRIVER,
        )
        if answer.refusal:
            yield applied.problem(
                "TW932",
                "the driver could not write a Secret of this class",
                given=f"Secret {secret['secretName']}: {answer.refusal}",
                fix="let only this class make that Secret, and check its type and keys",
            )


def mounted_classes(pod: Mapping[str, Any]) -> list[str]:
    """The names of the classes that a pod mounts."""
    volumes = value(pod, "volumes", otherwise=[])
    return [
        str(value(volume, "csi", "volumeAttributes", "secretProviderClass", otherwise=""))
        # Nobody has checked the pod yet: this is asked before it is applied.
        for volume in (volumes if isinstance(volumes, list) else [])
        if value(volume, "csi", "driver") == _DRIVER
    ]


def _fetched(spec: Mapping[str, Any]) -> set[str] | None:
    """The names under which a class fetches objects; None where its provider has another way to say it than AWS's."""
    if spec.get("provider") != "aws":
        return None
    try:
        objects = yaml.safe_load(value(spec, "parameters", "objects", otherwise="")) or []
        found: set[str] = set()
        for one in objects:
            found.add(str(one.get("objectAlias") or one["objectName"]))
            found.update(str(part["objectAlias"]) for part in one.get("jmesPath") or [])
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        # Not a list of objects with names: nothing is fetched, and each synced key says so.
        return set()
    return found


_DRIVER: Final = "secrets-store.csi.k8s.io"
_JSON_TYPES: Final = frozenset({"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"})

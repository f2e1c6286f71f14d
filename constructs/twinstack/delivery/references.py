"""What one manifest names of others: what pods read and run as, which Services a way in leads to, which pods those mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.delivery.fields import value


def pod_template(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The template of the pods that an object makes, None for one that makes none."""
    if data["kind"] == "CronJob":
        found = value(data, "spec", "jobTemplate", "spec", "template")
    elif data["kind"] == "Pod":
        found = data
    elif data["kind"] in _MAKES_PODS:
        found = value(data, "spec", "template")
    else:
        found = None
    return found if isinstance(found, Mapping) else None


def referred_names(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Group, kind and name of everything that the pods of an object need to be there before they start."""
    template = pod_template(data)
    spec = value(template, "spec") or {}
    if spec.get("serviceAccountName"):
        yield "", "ServiceAccount", spec["serviceAccountName"]
    if spec.get("priorityClassName"):
        yield "scheduling.k8s.io", "PriorityClass", spec["priorityClassName"]
    yield from (("", "Secret", one["name"]) for one in spec.get("imagePullSecrets") or () if one.get("name"))
    yield from _deep(spec)


def service_names(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Namespace (empty: its own) and name of each Service that an Ingress, a route or a webhook leads to."""
    if data["kind"] in {"Ingress", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"}:
        yield from _services(data.get("spec") or data.get("webhooks"))
    elif data["kind"].endswith("Route"):
        yield from _backends(data.get("spec"))


def selects(service: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether a Service means the pods of this object."""
    selector = value(service, "spec", "selector")
    template = pod_template(data)
    labels = value(template, "metadata", "labels") or {}
    return bool(selector) and template is not None and all(labels.get(key) == held for key, held in selector.items())


def _deep(data: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(data, Mapping):
        for key, held in data.items():
            where = _REFERENCES.get(key)
            name = where and isinstance(held, Mapping) and held.get(where[2])
            if where and isinstance(name, str):
                yield where[0], where[1], name
            elif key == "csi" and isinstance(held, Mapping):
                found = value(held, "volumeAttributes", "secretProviderClass")
                if found:
                    yield "secrets-store.csi.x-k8s.io", "SecretProviderClass", found
            yield from _deep(held)
    elif isinstance(data, list):
        for one in data:
            yield from _deep(one)


def _services(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        service = data.get("service")
        if isinstance(service, Mapping) and isinstance(service.get("name"), str):
            yield str(service.get("namespace") or ""), service["name"]
        for held in data.values():
            yield from _services(held)
    elif isinstance(data, list):
        for one in data:
            yield from _services(one)


def _backends(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for one in data.get("backendRefs") or ():
            if one.get("kind", "Service") == "Service":
                yield str(one.get("namespace") or ""), one["name"]
        for held in data.values():
            yield from _backends(held)
    elif isinstance(data, list):
        for one in data:
            yield from _backends(one)


_MAKES_PODS: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})
_REFERENCES: Final = {
    "configMap": ("", "ConfigMap", "name"),
    "configMapRef": ("", "ConfigMap", "name"),
    "configMapKeyRef": ("", "ConfigMap", "name"),
    "secret": ("", "Secret", "secretName"),
    "secretRef": ("", "Secret", "name"),
    "secretKeyRef": ("", "Secret", "name"),
    "persistentVolumeClaim": ("", "PersistentVolumeClaim", "claimName"),
}

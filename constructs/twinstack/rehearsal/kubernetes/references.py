"""Whether everything that pods are told to read exists: Secrets, ConfigMaps and their keys, accounts and claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.errors import Problem
from twinstack.labels import kept_elsewhere
from twinstack.rehearsal.kubernetes.inventory import Inventory, PodTemplate, value
from twinstack.rehearsal.kubernetes.secrets_store import SecretsStore


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing that a pod reads; no keys mean the whole of it."""

    kind: str
    name: str
    keys: tuple[str, ...]
    place: str


def check_references(inventory: Inventory, api: ApiServer, store: SecretsStore) -> Iterator[Problem]:
    """A problem for each Secret, ConfigMap, key, account or claim that is missing where a pod needs it."""
    for template in inventory.templates():
        synced = store.secrets_of(template)
        elsewhere = kept_elsewhere(template.annotations)
        for wanted in _references(template):
            if f"{wanted.kind} {wanted.name}" in elsewhere:
                continue
            yield from _check(template, wanted, api, store, synced)
        for owner, kind in _named_objects(template):
            if api.get("v1", kind, owner, template.namespace) is None:
                yield template.owner.problem(
                    "TW920",
                    f"its pods need a {kind} that does not exist",
                    given=f"{owner} in namespace {template.namespace}",
                    fix=f"make the {kind}, or correct the name",
                )


def _check(
    template: PodTemplate, wanted: Reference, api: ApiServer, store: SecretsStore, synced: set[str]
) -> Iterator[Problem]:
    owner = template.owner
    found = api.get("v1", wanted.kind, wanted.name, template.namespace)
    if found is None:
        yield owner.problem(
            "TW920",
            f"its pods read a {wanted.kind} that does not exist, so they would not start",
            given=f"{wanted.name} in namespace {template.namespace}, at {wanted.place}",
            fix=f"make the {wanted.kind}, or correct the name",
        )
        return
    missing = [key for key in wanted.keys if key not in _keys(found)]
    if missing:
        yield owner.problem(
            "TW920",
            f"its pods read a key that the {wanted.kind} does not have, so they would not start",
            given=f"{wanted.name}: {', '.join(missing)}, at {wanted.place}",
            allowed=", ".join(sorted(_keys(found))) or "it has no keys",
            fix="correct the key",
        )
    writer = store.writers.get((template.namespace, wanted.name)) if wanted.kind == "Secret" else None
    if writer is not None and wanted.name not in synced:
        yield owner.problem(
            "TW921",
            "its pods read a synced Secret whose class they do not mount: it exists only while other pods run",
            given=f"{wanted.name}, written by SecretProviderClass {writer}",
            fix=f"mount {writer} as a volume in these pods too",
        )


def _references(template: PodTemplate) -> Iterator[Reference]:
    for container in template.containers:
        place = f"container {container['name']}"
        for variable in container.get("env") or []:
            source = variable.get("valueFrom") or {}
            for kind, selector in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                found = source.get(selector)
                if found and not found.get("optional"):
                    yield Reference(kind, found["name"], (found["key"],), f"{place}, variable {variable['name']}")
        for bundle in container.get("envFrom") or []:
            yield from _whole(bundle.get("secretRef"), "Secret", f"{place}, envFrom")
            yield from _whole(bundle.get("configMapRef"), "ConfigMap", f"{place}, envFrom")
    for volume in template.volumes:
        place = f"volume {volume['name']}"
        projected = value(volume, "projected", "sources", otherwise=[])
        yield from _files(value(volume, "secret"), "Secret", "secretName", place)
        yield from _files(value(volume, "configMap"), "ConfigMap", "name", place)
        for source in projected:
            yield from _files(source.get("secret"), "Secret", "name", place)
            yield from _files(source.get("configMap"), "ConfigMap", "name", place)


def _whole(found: Mapping[str, Any] | None, kind: str, place: str) -> Iterator[Reference]:
    if found and not found.get("optional"):
        yield Reference(kind, found["name"], (), place)


def _files(found: Mapping[str, Any] | None, kind: str, name: str, place: str) -> Iterator[Reference]:
    if found and not found.get("optional"):
        yield Reference(kind, found[name], tuple(item["key"] for item in found.get("items") or []), place)


def _named_objects(template: PodTemplate) -> Iterator[tuple[str, str]]:
    # `default` is the one account that a controller makes by itself.
    account = template.spec.get("serviceAccountName") or "default"
    if account != "default":
        yield account, "ServiceAccount"
    for volume in template.volumes:
        claim = value(volume, "persistentVolumeClaim", "claimName")
        if claim:
            yield claim, "PersistentVolumeClaim"


def _keys(found: JsonObject) -> set[str]:
    return {*(found.get("data") or {}), *(found.get("binaryData") or {})}

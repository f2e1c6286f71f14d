"""Whether Secrets and ConfigMaps that somebody else keeps are there, and have what pods read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twinstack.delivery.examination.check import Check, Finding, looked_for
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.references import pod_template
from twinstack.delivery.told import asked_by

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer


@dataclass
class Wanted:
    """What pods read of one object."""

    keys: set[str] = field(default_factory=set[str])
    readers: set[str] = field(default_factory=set[str])
    starts_pods: bool = False
    """Whether a container needs it, and not only whoever pulls its image."""


def elsewhere(examined: Examined, api: ApiServer) -> Iterator[Check]:
    """One line for each object that is missing, or lacks a key; what may be missing is not looked for."""
    wanted = wanted_elsewhere(examined)
    for (kind, namespace, name), one in sorted(wanted.items()):
        title = f"{kind} {namespace}/{name}"
        readers = ", ".join(sorted(one.readers))
        found = looked_for(TITLE, title, api, "v1", kind, name, namespace)
        if isinstance(found, Check):
            yield found
            continue
        if found is None:
            weight, effect = Finding.WARNING, "a private image cannot be pulled"
            fix = f"let whoever keeps it make it in the namespace {namespace}, before the release"
            if one.starts_pods:
                weight, effect = Finding.FAILED, "its pods do not start"
            yield Check(TITLE, weight, f"{title}, which {readers} reads, is missing: {effect}", fix)
            continue
        has = {key for part in ("data", "binaryData") for key in found.get(part) or ()}
        if missing := sorted(one.keys - has):
            yield Check(
                TITLE,
                Finding.FAILED,
                f"{title} has no {', '.join(missing)}, which {readers} reads; it has {', '.join(sorted(has)) or 'nothing'}",
                "add it there, or name a key that it has",
            )
        else:
            yield Check(TITLE, Finding.OK, f"{title} is there{', with all that is read of it' if one.keys else ''}")


def told(examined: Examined, api: ApiServer) -> Iterator[Check]:
    """Whether the cluster knows what Terraform alone knows, where the release was applied before: pods wait for it. A first
    deployment of both halves tells it by itself.
    """
    for one in asked_by(examined.manifests):
        title = f"{one.manifest.identity}"
        found = looked_for(TITLE, title, api, "v1", "ConfigMap", one.manifest.name, one.manifest.namespace)
        if isinstance(found, Check):
            yield found
        elif found is None:
            yield Check(TITLE, Finding.OK, f"{title} is told its {one.key} by the deployment that makes it")
        elif held := (found.get("data") or {}).get(one.key):
            yield Check(TITLE, Finding.OK, f"{title} knows its {one.key}: {held}")
        else:
            fix = "deploy both halves once, or run the command in the output that ends in `_tell_cluster`"
            yield Check(TITLE, Finding.WARNING, f"{title} was not told its {one.key}: its pods wait", fix)


def wanted_elsewhere(examined: Examined) -> Mapping[tuple[str, str, str], Wanted]:
    """What pods read of objects that the release does not make, by kind, namespace and name."""
    made = {(one.kind, one.namespace, one.identity.name) for one in examined.manifests}
    for one in examined.manifests:
        for synced in (
            (one.data.get("spec") or {}).get("secretObjects") or () if one.kind == "SecretProviderClass" else ()
        ):
            made.add(("Secret", one.namespace, str(synced.get("secretName"))))
    wanted: dict[tuple[str, str, str], Wanted] = {}
    for one in examined.manifests:
        spec = (pod_template(one.data) or {}).get("spec") or {}
        for kind, name, keys in (*_read(spec), *_pulled(spec)):
            place = (kind, one.namespace, name)
            if place not in made:
                found = wanted.setdefault(place, Wanted())
                found.keys |= keys or set()
                found.starts_pods |= keys is not None
                found.readers.add(f"{one.kind} {one.identity.name}")
    return wanted


def _read(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        for source in container.get("envFrom") or ():
            for kind, field_ in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                if (found := source.get(field_)) and not found.get("optional"):
                    yield kind, str(found["name"]), set()
        for variable in container.get("env") or ():
            source = variable.get("valueFrom") or {}
            for kind, field_ in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                if (found := source.get(field_)) and not found.get("optional"):
                    yield kind, str(found["name"]), {str(found["key"])}
    for volume in spec.get("volumes") or ():
        for kind, field_, name in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
            if (found := volume.get(field_)) and not found.get("optional"):
                yield kind, str(found[name]), {str(item["key"]) for item in found.get("items") or ()}


def _pulled(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, set[str] | None]]:
    for found in spec.get("imagePullSecrets") or ():
        yield "Secret", str(found["name"]), None


TITLE: Final = "values from elsewhere"

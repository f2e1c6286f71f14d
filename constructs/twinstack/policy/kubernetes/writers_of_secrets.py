"""Who writes a Secret that no manifest is: classes of the Secrets Store driver, and other controllers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from twinstack.policy.kubernetes.objects import Object, Objects, grouped, mappings, text

Writers: TypeAlias = Mapping[tuple[str, str], list[Object]]


def classes_that_write(objects: Objects, secret: str, namespace: str) -> list[Object]:
    """The classes that copy what they fetch into this Secret."""
    return objects.once(_classes, lambda: _by_secret(_classes(objects))).get((namespace, secret), [])


def others_that_write(objects: Objects, secret: str, namespace: str) -> list[Object]:
    """Whatever else has this Secret made."""
    return objects.once(_others, lambda: _by_secret(_others(objects))).get((namespace, secret), [])


def _classes(objects: Objects) -> Iterator[tuple[str, Object]]:
    for one in objects.of("SecretProviderClass"):
        for secret in dict.fromkeys(text(made, "secretName") for made in mappings(one.spec, "secretObjects")):
            yield secret, one


def _others(objects: Objects) -> Iterator[tuple[str, Object]]:
    for kind, path in MAKERS.items():
        for one in objects.of(kind):
            yield text(one.data, *path) or one.name, one
    for one in objects.of("Ingress"):
        if any(name.startswith("cert-manager.io/") for name in one.annotations):
            for secret in dict.fromkeys(text(row, "secretName") for row in mappings(one.spec, "tls")):
                yield secret, one
    for one in objects.of("ServiceAccount"):
        for secret in dict.fromkeys(text(row, "name") for row in mappings(one.data, "secrets")):
            yield secret, one


def _by_secret(written: Iterable[tuple[str, Object]]) -> Writers:
    """By the namespace and the name of the Secret."""
    return grouped(((one.namespace, secret), one) for secret, one in written)


MAKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "ExternalSecret": ("spec", "target", "name"),
    "Certificate": ("spec", "secretName"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
}
"""What makes a Secret of its own, and where it has the name; where it has none, it is the object's."""

"""Names and labels, the derived ones above all: what is short enough as an input and too long with what is added to it.

Sources: Kubernetes documentation, "Object Names and IDs", "Labels and Selectors"; the validation of batch/v1 and apps/v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Object, Objects, mapping, mappings, pods_of, text, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("name-too-long", "a name is too long", "shorten it, with a hash of the whole")
def name_too_long(objects: Objects) -> Iterator[Fault]:
    """A name that is too long, or becomes it with what Kubernetes adds to it for the pods."""
    for one in objects.all:
        longest, why = _LONGEST.get(one.kind, (253, "a name"))
        if len(one.name) > longest:
            yield one.fault("metadata.name", f"{one.name}, {len(one.name)} characters", f"{longest}, for {why}")
        prefix = text(one.data, "metadata", "generateName")
        if len(prefix) > longest - 5:
            yield one.fault("metadata.generateName", prefix, f"{longest - 5} characters")


@RULES("name-is-none", "a name is none", "use the characters it takes", severity="error")
def name_is_none(objects: Objects) -> Iterator[Fault]:
    """A name with characters that Kubernetes does not take for it."""
    for one in objects.all:
        pattern = _PATH if one.group == "rbac.authorization.k8s.io" else _LABEL if one.kind in _LABELS else _SUBDOMAIN
        if one.kind == "ClusterTrustBundle" and (signer := text(one.spec, "signerName")):
            pattern = re.compile(f"{re.escape(signer.replace('/', ':'))}:{_SUBDOMAIN.pattern}")
        if one.name and not pattern.fullmatch(one.name):
            yield one.fault("metadata.name", one.name, "lower-case letters, digits and inner hyphens")
        for field in ("data", "binaryData", "stringData"):
            for key in mapping(one.data, field) if one.kind in {"ConfigMap", "Secret"} else ():
                if not _KEY.fullmatch(str(key)):
                    yield one.fault(f"{field}[{key}]", key, "letters, digits, -, _ and .")
    for pods in objects.pods:
        places = [("volumes", one) for one in pods.volumes]
        places += [("containers", one.data) for one in pods.containers]
        for field, one in places:
            if not _LABEL.fullmatch(name := text(one, "name")):
                allowed = "up to 63 lower-case letters, digits and inner hyphens"
                yield pods.owner.fault(f"{pods.path}.{field}.name", f"{name}, {len(name)} characters", allowed)
        for container in pods.containers:
            for port in mappings(container.data, "ports"):
                if (name := text(port, "name")) and not _PORT.fullmatch(name):
                    yield pods.owner.fault(f"{container.path}.ports.name", name, "up to 15, with a letter")
    for service in objects.of("Service"):
        for port in mappings(service.spec, "ports"):
            if (name := text(port, "name")) and not _LABEL.fullmatch(name):
                yield service.fault("spec.ports.name", name, "up to 63 lower-case letters, digits and inner hyphens")


@RULES("label-is-none", "a label or annotation is none", "shorten or correct it", severity="error")
def label_is_none(objects: Objects) -> Iterator[Fault]:
    """A label or annotation whose key or value Kubernetes does not take: often a long name, or a URL, as a value."""
    for one in objects.all:
        pods = pods_of(one)
        groups = [("metadata.labels", mapping(one.data, "metadata", "labels"), True)]
        groups.append(("metadata.annotations", one.annotations, False))
        groups.append(("spec.selector", _plain_selector(one), True))
        groups.append(("spec.selector.matchLabels", mapping(one.spec, "selector", "matchLabels"), True))
        if pods is not None and pods.metadata is not one.data.get("metadata"):
            path = pods.path.removesuffix("spec")
            groups.append((f"{path}metadata.labels", pods.labels, True))
            groups.append((f"{path}metadata.annotations", mapping(pods.metadata, "annotations"), False))
        for path, found, is_label in groups:
            for key, value in found.items():
                if not _is_key(str(key) if is_label else str(key).lower()):  # an annotation's prefix may have capitals
                    yield one.fault(f"{path}[{key}]", key, "prefix/name, the name up to 63 characters")
                elif not isinstance(value, str):
                    yield one.fault(f"{path}[{key}]", f"{value!r}, which is no text", f'"{value}"')
                elif is_label and not _VALUE.fullmatch(value):
                    allowed = "up to 63 letters, digits, -, _ and ., the first and last no sign"
                    yield one.fault(f"{path}[{key}]", f"{value}, {len(value)} characters", allowed)


@RULES("too-large", "an object is too large", "part it, or keep the data elsewhere", severity="error")
def too_large(objects: Objects) -> Iterator[Fault]:
    """An object that is larger than the store takes: ConfigMaps and Secrets of 1 MiB, annotations of 256 KiB."""
    for one in objects.all:
        notes = sum(len(str(key).encode()) + len(str(value).encode()) for key, value in one.annotations.items())
        if notes > _ANNOTATIONS:
            yield one.fault("metadata.annotations", f"{notes:,} bytes", f"{_ANNOTATIONS:,}")
        if one.kind in {"ConfigMap", "Secret"}:
            in_base64 = (
                {"binaryData", "data"} if one.kind == "Secret" else {"binaryData"}
            )  # the server counts what it holds
            held = sum(
                len(str(value).encode()) * (3 if field in in_base64 else 4) // 4 for field in ("data", "binaryData", "stringData")
                for value in mapping(one.data, field).values()
            )  # fmt: skip
            if held > _DATA:
                yield one.fault("data", f"{held:,} bytes", f"{_DATA:,}")


@RULES("host-is-none", "a host is no DNS name", "write the name alone", severity="error")
def host_is_none(objects: Objects) -> Iterator[Fault]:
    """A host that is no DNS name, as an Ingress, a Gateway or a route has to have it."""
    for one in objects.of("Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute"):
        rules = [text(rule, "host") for rule in mappings(one.spec, "rules")]
        listeners = [text(listener, "hostname") for listener in mappings(one.spec, "listeners")]
        tls = [host for row in mappings(one.spec, "tls") for host in texts(row, "hosts")]
        for host in {*rules, *listeners, *tls, *texts(one.spec, "hostnames")} - {""}:
            if not _HOST.fullmatch(host) or len(host) > 253 or _ADDRESS.fullmatch(host):
                yield one.fault("spec", host, "a DNS name in lower case, without scheme, port and path")


@RULES("data-is-none", "data is no text, or lacks a key", "quote it, or add the key", severity="error")
def data_is_none(objects: Objects) -> Iterator[Fault]:
    """Data of a ConfigMap or Secret that is no text, or that a Secret of its type must have and does not."""
    for one in objects.of("ConfigMap", "Secret"):
        for field in ("data", "stringData"):
            for key, value in mapping(one.data, field).items():
                if not isinstance(value, str):
                    # What a Secret holds is not shown, of whatever type it is.
                    shown = (
                        (f"{value!r}, which is no text", f'"{value}"')
                        if one.kind == "ConfigMap"
                        else ("no text", "text")
                    )
                    yield one.fault(f"{field}[{key}]", *shown)
                elif one.kind == "Secret" and field == "data" and not _BASE64.fullmatch("".join(value.split())):
                    yield one.fault(f"data[{key}]", "text that is not base64", "stringData, or base64")
        held = {*mapping(one.data, "data"), *mapping(one.data, "stringData")}
        for key in _SECRET_KEYS.get(text(one.data, "type"), ()):
            if one.kind == "Secret" and key not in held:
                yield one.fault("data", f"no {key}, of type {one.data['type']}", key)


def _plain_selector(one: Object) -> dict[str, Any]:
    return dict(mapping(one.spec, "selector")) if one.kind == "Service" else {}


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return bool(
        _VALUE.fullmatch(name) and name and (not slash or (_SUBDOMAIN.fullmatch(prefix) and len(prefix) <= 253))
    )


_SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PATH: Final = re.compile(r"[^/%]+")
_VALUE: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_PORT: Final = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?")
_KEY: Final = re.compile(r"(?!\.\.)[-._a-zA-Z0-9]{1,253}")
_HOST: Final = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_ADDRESS: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_LABELS: Final = {"Service", "Namespace"}
_LONGEST: Final = {
    "Service": (63, "a DNS label"),
    "Namespace": (63, "a DNS label"),
    "Job": (63, "the label job-name of its pods"),
    "CronJob": (52, "the time that is added to the names of its Jobs"),
    "StatefulSet": (52, "the hash that is added in a label of its pods"),
    "Pod": (253, "a name"),
}
_SECRET_KEYS: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_ANNOTATIONS: Final = 256 * 1024
_DATA: Final = 1024 * 1024

"""References: what one object names of another exists, has the key, and comes before it.

The synthesized output is whole: what it names and does not make is either made by a controller (noted here) or by somebody
else, which is acknowledged with a reason. Source: Kubernetes API reference; Secrets Store CSI Driver, "Sync as Kubernetes
Secret".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from twinstack.environment.spec import Half
from twinstack.labels import kept_elsewhere
from twinstack.policy.kubernetes.objects import (
    Data,
    Object,
    Objects,
    Pods,
    mapping,
    mappings,
    reach,
    repeated,
    text,
    texts,
)
from twinstack.policy.kubernetes.writers_of_secrets import classes_that_write, others_that_write
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that the pods of a workload need."""

    kind: str
    name: str
    keys: tuple[str, ...]
    path: str


@RULES(
    "does-not-exist",
    "pods need what nobody makes",
    "make it, or correct the name; what others make is acknowledged with who they are",
)
def does_not_exist(objects: Objects) -> Iterator[Fault]:
    """Pods that need a ConfigMap, Secret, account, claim, class or priority that nobody makes: they never start."""
    for pods in objects.pods:
        for named in _named(objects, pods):
            if _made_by_cluster(named) or _kept_elsewhere(pods, named) or _makers(objects, pods, named):
                continue
            there = sorted({one.name for one in objects.of(named.kind) if one.namespace == pods.namespace})
            yield pods.owner.fault(
                named.path, f"{named.kind} {named.name}", ", ".join(there) or f"no {named.kind} is made"
            )


@RULES("key-does-not-exist", "a key does not exist", "correct the key, or add it")
def key_does_not_exist(objects: Objects) -> Iterator[Fault]:
    """A key that the named ConfigMap or Secret does not have: the container cannot be created."""
    for pods in objects.pods:
        for named in _named(objects, pods):
            keys = _keys(objects, pods, named)
            for key in named.keys:
                if keys is not None and key not in keys:
                    allowed = ", ".join(sorted(keys)) or "it has no key"
                    yield pods.owner.fault(named.path, f"{named.kind} {named.name}: {key}", allowed)


@RULES("comes-later", "what is needed is applied later", "apply it before")
def comes_later(objects: Objects) -> Iterator[Fault]:
    """What is applied before the thing it needs: its first pods fail, and a Job may use up its tries."""
    for pods in objects.pods:
        for named in _named(objects, pods):
            makers = [one for one in _makers(objects, pods, named) if one.kind in _FIRST]
            if makers and all(one.index > pods.owner.index for one in makers):
                yield pods.owner.fault(named.path, f"{makers[0].title}, which comes later", "applied before it")
    spaces = {one.name: one for one in objects.of("Namespace")}
    kinds = {
        (text(one.spec, "group"), text(one.spec, "names", "kind")): one
        for one in objects.of("CustomResourceDefinition")
    }
    for one in objects.all:
        for maker in (spaces.get(text(one.data, "metadata", "namespace")), kinds.get((one.group, one.kind))):
            if maker is not None and maker.index > one.index:
                yield one.fault("", f"before {maker.title}", "applied after it")


@RULES(
    "secret-in-a-manifest",
    "a manifest holds a secret",
    "let a SecretProviderClass or an ExternalSecret bring it, and keep its value in Secrets Manager",
)
def secret_in_a_manifest(objects: Objects) -> Iterator[Fault]:
    """A Secret with its contents: whoever reads the repository or the release has them, base64 or not."""
    for one in objects.of("Secret"):
        for field in ("data", "stringData"):
            for key, value in mapping(one.data, field).items():
                if value and text(one.data, "type") != "kubernetes.io/service-account-token":
                    yield one.fault(f"{field}.{key}", "a value", "none: made where it is kept")


@RULES(
    "not-mounted",
    "a synced Secret is read without its class being mounted",
    "mount the class as a volume in these pods too",
)
def not_mounted(objects: Objects) -> Iterator[Fault]:
    """A synced Secret whose class these pods do not mount: it exists only while other pods run."""
    for pods in objects.pods:
        mounted = {named.name for named in _named(objects, pods) if named.kind == "SecretProviderClass"}
        for named in _named(objects, pods):
            if named.kind != "Secret" or objects.find("Secret", named.name, pods.namespace):
                continue
            writers = {one.name for one in classes_that_write(objects, named.name, pods.namespace)}
            if writers and not writers & mounted:
                yield pods.owner.fault(named.path, f"Secret {named.name}", f"a volume of {', '.join(sorted(writers))}")


@RULES("written-twice", "two write one object", "keep one of them")
def written_twice(objects: Objects) -> Iterator[Fault]:
    """Two objects of one kind and name, or two classes that write one Secret: the last one wins, in turns."""
    seen: dict[tuple[str, str, str, str], Object] = {}
    for one in objects.all:
        namespace = text(one.data, "metadata", "namespace")
        other = seen.setdefault((one.group, one.kind, namespace, one.name), one)
        if other is not one and one.name:
            yield one.fault("metadata.name", f"{one.title}, twice", "each object once")
    writers: dict[tuple[str, str], Object] = {}
    for one in objects.of("SecretProviderClass"):
        for made in mappings(one.spec, "secretObjects"):
            other = writers.setdefault((one.namespace, text(made, "secretName")), one)
            if other is not one:
                yield one.fault(
                    "spec.secretObjects", f"Secret {text(made, 'secretName')}, which {other.title} writes as well"
                )


@RULES(
    "syncs-what-it-does-not-fetch",
    "a class syncs a key that it does not fetch",
    "make objectName an objectAlias or objectName of parameters.objects",
)
def syncs_what_it_does_not_fetch(objects: Objects) -> Iterator[Fault]:
    """A SecretProviderClass that syncs a key it does not fetch: the mount fails, and no pod starts."""
    for one in objects.of("SecretProviderClass"):
        fetched = _fetched(one)
        if fetched is None and text(one.spec, "provider") in {"", "aws"}:
            yield one.fault("spec.parameters.objects", "text that is no list of objects", "a YAML list in a text")
        if fetched is None:
            continue
        for made in mappings(one.spec, "secretObjects"):
            for row in mappings(made, "data"):
                if text(row, "objectName") not in fetched:
                    yield one.fault("spec.secretObjects", text(row, "objectName"), ", ".join(sorted(fetched)))


@RULES(
    "class-is-none",
    "a SecretProviderClass that its provider cannot read",
    "name the provider, and write parameters as texts and each object as the provider wants it",
)
def class_is_none(objects: Objects) -> Iterator[Fault]:
    """A SecretProviderClass without a provider, or with objects that it refuses: no pod that mounts it starts."""
    for one in objects.of("SecretProviderClass"):
        if not text(one.spec, "provider"):
            yield one.fault("spec.provider", "none", "aws")
        for name, value in mapping(one.spec, "parameters").items():
            if not isinstance(value, str):
                yield one.fault(f"spec.parameters.{name}", f"{value!r}, which is no text", f'"{value}"'.lower())
        if text(one.spec, "provider") != "aws":
            continue
        names: list[str] = []
        for row in _objects(one) or ():
            name, kind = text(row, "objectName"), text(row, "objectType")
            names += [
                text(row, "objectAlias") or name,
                *(text(path, "objectAlias") for path in mappings(row, "jmesPath")),
            ]
            if not name:
                yield one.fault("spec.parameters.objects", "an object without objectName", "its name or ARN")
            elif "objectType" in row and kind not in {"secretsmanager", "ssmparameter"}:
                yield one.fault("spec.parameters.objects", kind, "secretsmanager or ssmparameter")
            for path in mappings(row, "jmesPath"):
                if not text(path, "path") or not text(path, "objectAlias"):
                    yield one.fault("spec.parameters.objects", "jmesPath without path or objectAlias", "both")
                elif _UNQUOTED.fullmatch(text(path, "path")):
                    yield one.fault("spec.parameters.objects", text(path, "path"), f"'\"{path['path']}\"'")
        for name in repeated(names):
            yield one.fault("spec.parameters.objects", f"{name} twice", "each file once")


@RULES(
    "claim-never-binds",
    "a claim that its storage cannot give",
    "use ReadWriteOnce, or storage of files (EFS) for several nodes",
)
def claim_never_binds(objects: Objects) -> Iterator[Fault]:
    """A claim for several nodes at once of storage that belongs to one: it is never bound, and its pods never run."""
    for claim in objects.of("PersistentVolumeClaim"):
        name = text(claim.spec, "storageClassName")
        storage = objects.find("StorageClass", name) if name else None
        provisioner = text(storage.data, "provisioner") if storage is not None else ""
        block = provisioner.startswith("ebs.csi.") or provisioner == "kubernetes.io/aws-ebs"
        shared = {"ReadWriteMany", "ReadOnlyMany"} & set(texts(claim.spec, "accessModes"))
        if shared and (block or (not provisioner and name in _EBS_CLASSES)) and claim.spec.get("volumeMode") != "Block":
            yield claim.fault("spec.accessModes", ", ".join(sorted(shared)), "ReadWriteOnce, of an EBS volume")


@RULES("nobody-is-bound", "a binding binds nobody, or nothing", "correct roleRef and subjects")
def nobody_is_bound(objects: Objects) -> Iterator[Fault]:
    """A binding of a role that does not exist, or of a service account that does not: it gives nobody anything."""
    for binding in objects.of("RoleBinding", "ClusterRoleBinding"):
        kind, name = text(binding.data, "roleRef", "kind"), text(binding.data, "roleRef", "name")
        role = objects.find(kind, name, binding.namespace if kind == "Role" else "")
        if role is None and not (kind == "ClusterRole" and _built_in(name)):
            yield binding.fault("roleRef", f"{kind} {name}", ", ".join(one.name for one in objects.of(kind)))
        for subject in mappings(binding.data, "subjects"):
            if subject.get("kind") != "ServiceAccount":
                continue
            where = text(subject, "namespace") or binding.namespace
            ours = any(one.name == where for one in objects.of("Namespace"))
            known = objects.find("ServiceAccount", text(subject, "name"), where)
            elsewhere = any(one.name == subject.get("name") for one in objects.of("ServiceAccount"))
            if (ours or elsewhere) and known is None and subject.get("name") != "default":
                yield binding.fault("subjects", f"ServiceAccount {where}/{subject.get('name')}", "one that is made")


@RULES(
    "claims-one-writer",
    "a volume of one node is under pods that may stand on two",
    "use ReadWriteMany, a StatefulSet, or one pod with strategy Recreate",
)
def claims_one_writer(objects: Objects) -> Iterator[Fault]:
    """A volume for one node at a time under pods that stand on several, or that overlap while they are replaced."""
    for pods in objects.pods:
        if pods.owner.kind != "Deployment":
            continue
        for volume in pods.volumes:
            claim = objects.find(
                "PersistentVolumeClaim", text(volume, "persistentVolumeClaim", "claimName"), pods.namespace
            )
            modes = texts(claim.spec, "accessModes") if claim else []
            if not modes or {"ReadWriteMany", "ReadOnlyMany"} & set(modes):
                continue
            most = objects.replicas(pods.owner)[1]
            path = f"{pods.path}.volumes[{volume.get('name')}]"
            if most > 1:
                yield pods.owner.fault(path, f"{', '.join(modes)}, under {most} pods", "ReadWriteMany, or one pod")
            elif text(pods.owner.spec, "strategy", "type") != "Recreate":
                yield pods.owner.fault(path, f"{', '.join(modes)}, with rolling updates", "strategy type: Recreate")


@RULES("serves-nobody", "the StatefulSet has no headless Service", "make it, with clusterIP: None")
def serves_nobody(objects: Objects) -> Iterator[Fault]:
    """A StatefulSet whose Service does not exist or has an address of its own: its pods get no names."""
    for one in objects.of("StatefulSet"):
        name = text(one.spec, "serviceName")
        service = objects.find("Service", name, one.namespace) if name else None
        if name and service is None:
            yield one.fault("spec.serviceName", name, "a headless Service that exists")
        elif service is not None and service.spec.get("clusterIP") != "None":
            yield one.fault("spec.serviceName", f"{name}, which has an address", "one with clusterIP: None")


def _named(objects: Objects, pods: Pods) -> list[Named]:
    return objects.once((_named, pods.owner.index), lambda: [*_named_in(pods)])


def _named_in(pods: Pods) -> Iterator[Named]:
    for container in pods.containers:
        for variable in mappings(container.data, "env"):
            path = f"{container.path}.env[{variable.get('name')}]"
            for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                yield from _one(kind, mapping(variable, "valueFrom", field), "name", path, "key")
        for source in mappings(container.data, "envFrom"):
            for kind, field in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                yield from _one(kind, mapping(source, field), "name", f"{container.path}.envFrom")
    for volume in pods.volumes:
        path = f"{pods.path}.volumes[{volume.get('name')}]"
        yield from _one("Secret", mapping(volume, "secret"), "secretName", path)
        yield from _one("ConfigMap", mapping(volume, "configMap"), "name", path)
        yield from _one("PersistentVolumeClaim", mapping(volume, "persistentVolumeClaim"), "claimName", path)
        if text(volume, "csi", "driver") == _SECRETS_DRIVER:
            attributes = mapping(volume, "csi", "volumeAttributes")
            yield from _one("SecretProviderClass", attributes, "secretProviderClass", path)
        for source in mappings(volume, "projected", "sources"):
            yield from _one("Secret", mapping(source, "secret"), "name", path)
            yield from _one("ConfigMap", mapping(source, "configMap"), "name", path)
    yield from _one("ServiceAccount", pods.spec, "serviceAccountName", f"{pods.path}.serviceAccountName")
    yield from _one("PriorityClass", pods.spec, "priorityClassName", f"{pods.path}.priorityClassName")
    yield from _one("RuntimeClass", pods.spec, "runtimeClassName", f"{pods.path}.runtimeClassName")


def _one(kind: str, found: Data, field: str, path: str, key: str = "") -> Iterator[Named]:
    name = text(found, field)
    if name and found.get("optional") is not True:
        keys = [text(found, key)] if key else [text(item, "key") for item in mappings(found, "items")]
        yield Named(kind, name, tuple(keys), path)


def _made_by_cluster(named: Named) -> bool:
    return (
        (named.kind == "ServiceAccount" and named.name == "default")
        or (named.kind == "ConfigMap" and named.name == "kube-root-ca.crt")
        or (named.kind == "PriorityClass" and named.name in {"system-cluster-critical", "system-node-critical"})
    )


def _kept_elsewhere(pods: Pods, named: Named) -> bool:
    """Whether the pods say that somebody else keeps it."""
    return f"{named.kind} {named.name}" in kept_elsewhere(mapping(pods.metadata, "annotations"))


def _makers(objects: Objects, pods: Pods, named: Named) -> list[Object]:
    if named.kind == "PriorityClass":
        return objects.named("PriorityClass", named.name)
    made = objects.named(named.kind, named.name, pods.namespace)
    if named.kind == "Secret" and not made:
        made = [
            *classes_that_write(objects, named.name, pods.namespace),
            *others_that_write(objects, named.name, pods.namespace),
        ]
    return made


def _keys(objects: Objects, pods: Pods, named: Named) -> set[str] | None:
    if named.kind not in {"ConfigMap", "Secret"}:
        return None
    return objects.once((_keys, named.kind, named.name, pods.namespace), lambda: _keys_of(objects, pods, named))


def _keys_of(objects: Objects, pods: Pods, named: Named) -> set[str] | None:
    found = objects.find(named.kind, named.name, pods.namespace)
    if found is not None:
        return {str(key) for field in ("data", "binaryData", "stringData") for key in mapping(found.data, field)}
    writers = classes_that_write(objects, named.name, pods.namespace) if named.kind == "Secret" else []
    rows = [
        row
        for one in writers
        for made in mappings(one.spec, "secretObjects")
        if text(made, "secretName") == named.name
        for row in mappings(made, "data")
    ]
    return {text(row, "key") for row in rows} if writers else None


def _objects(one: Object) -> list[Data] | None:
    given = reach(one.spec, "parameters", "objects")
    if not isinstance(given, str):
        return None
    try:
        rows = yaml.load(given, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  safe
    except yaml.YAMLError:
        return None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else None


def _fetched(one: Object) -> set[str] | None:
    rows = _objects(one)
    if rows is None:
        return None
    found: set[str] = set()
    for row in rows:
        found.add(text(row, "objectAlias") or text(row, "objectName"))
        found |= {text(path, "objectAlias") for path in mappings(row, "jmesPath")}
    return found


def _tls(one: Object) -> list[Data]:
    return mappings(one.spec, "tls")


def _built_in(name: str) -> bool:
    return name in {"cluster-admin", "admin", "edit", "view"} or name.startswith("system:")


_FIRST: Final = (
    "ConfigMap", "Secret", "SecretProviderClass", "ServiceAccount", "PersistentVolumeClaim", "PriorityClass",
)  # fmt: skip
_UNQUOTED: Final = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)+")
_EBS_CLASSES: Final = {"gp2", "gp3", "io1", "io2", "ebs-sc", "ebs"}
_SECRETS_DRIVER: Final = "secrets-store.csi.k8s.io"

"""From one release to the next: what Kubernetes refuses to change in place, and what is taken away too early.

Source: the update validation of Kubernetes 1.36 for each kind (apps, batch, core, rbac, storage, networking).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Object,
    Objects,
    mapping,
    mappings,
    pods_of,
    reach,
    strategy_of,
    text,
    texts,
)
from twinstack.policy.kubernetes.quantities import amount
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "cannot-change",
    "a field that cannot change in place",
    "keep it, or give the object another name",
    compares=True,
    severity="error",
)
def cannot_change(before: Objects, after: Objects) -> Iterator[Fault]:
    """A field that cannot change while the object keeps its name: the release is refused half way."""
    for new in after.all:
        old = before.same(new)
        if old is None:
            continue
        for path in FIXED.get((new.group, new.kind), ()):
            was, is_ = plain(reach(old.data, *path)), plain(reach(new.data, *path))
            if (
                was != is_
                and not (was is None and path[-1] in _ASSIGNED)
                and not (is_ is None and path[-1] in _ASSIGNED)
            ):
                yield new.fault(".".join(path), f"{_short(was)} becomes {_short(is_)}", "the same, or another name")
        yield from _by_kind(old, new)


@RULES("name-outlives-template", "a Job is not named by what it runs", "end its name in a hash of its template")
def name_outlives_template(objects: Objects) -> Iterator[Fault]:
    """A Job whose name says nothing of what it runs: its next release cannot be applied, as a Job never changes."""
    for one in objects.of("Job"):
        pods = pods_of(one)
        if pods is None or not one.name or any(str(name) in _REPLACED for name in one.annotations):
            continue
        tags = [text(container.data, "image").rpartition("/")[2].partition(":")[2] for container in pods.containers]
        said = {re.sub(r"[^a-z0-9]+", "-", tag.partition("@")[0].lower()).strip("-") for tag in tags} - {"", "latest"}
        if not HASH.search(one.name) and not any(tag in one.name for tag in said):
            yield one.fault("metadata.name", one.name, f"{one.name}-HASH, of its template")


@RULES(
    "cleaner-goes-first",
    "what cleans up is removed together with what it cleans up after",
    "remove it one release later, when the other is gone",
    compares=True,
)
def cleaner_goes_first(before: Objects, after: Objects) -> Iterator[Fault]:
    """What has to clean up after something is removed in one release with it: a load balancer, say, that nobody deletes."""
    kept = {one.identity for one in after.all}
    gone = [one for one in before.all if one.identity not in kept]
    for cleaner in gone:
        for left in gone:
            if left != cleaner and _cleans(cleaner, left):
                yield cleaner.fault(
                    "", f"removed together with {left.title}, whose finalizer it serves", "one release later"
                )


@RULES(
    "namespace-goes-first",
    "a namespace is removed under what stays in it",
    "keep the Namespace, or move the objects first",
    compares=True,
    severity="error",
)
def namespace_goes_first(before: Objects, after: Objects) -> Iterator[Fault]:
    """An object whose namespace is taken away while it stays: it goes with it."""
    spaces = {one.name for one in before.of("Namespace")} - {one.name for one in after.of("Namespace")}
    for one in after.all:
        if text(one.data, "metadata", "namespace") in spaces:
            yield one.fault("metadata.namespace", f"{one.namespace}, which this release removes", "one that stays")


def _by_kind(old: Object, new: Object) -> Iterator[Fault]:
    if new.kind == "PersistentVolumeClaim":
        was, is_ = (amount(reach(one.spec, "resources", "requests", "storage")) for one in (old, new))
        if was is not None and is_ is not None and is_ < was:
            yield new.fault("spec.resources.requests.storage", f"{was} becomes {is_} bytes", "as much or more")
    elif new.kind in {"ConfigMap", "Secret"} and old.data.get("immutable") is True:
        for field in ("data", "binaryData", "stringData"):
            if reach(old.data, field) != reach(new.data, field):
                yield new.fault(field, "changed, and it is immutable", "another name")
        if new.data.get("immutable") is not True:
            yield new.fault("immutable", "true becomes false", "true, or another name")
    elif new.kind == "Service" and not new.group:
        was, is_ = old.spec.get("clusterIP"), new.spec.get("clusterIP")
        if was != is_ and ("None" in (was, is_) or None not in (was, is_)):
            yield new.fault("spec.clusterIP", f"{was or 'an address'} becomes {is_ or 'an address'}", "another name")
        was, is_ = ((texts(one.spec, "ipFamilies") or [""])[0] for one in (old, new))
        if was and is_ and was != is_:
            yield new.fault("spec.ipFamilies", f"{was} first becomes {is_} first", "the same first, or another name")
    elif new.kind == "CustomResourceDefinition":
        there = {text(one, "name") for one in mappings(new.spec, "versions")}
        for version in mappings(old.spec, "versions"):
            if version.get("storage") is True and text(version, "name") not in there:
                given = f"without {text(version, 'name')}, in which its objects are stored"
                yield new.fault("spec.versions", given, "kept with `storage: false` until all are stored anew")
    elif new.kind == "Deployment" and _defaulted_update_stays(old, new):
        allowed = "rollingUpdate spelled out one release before, or another name"
        yield new.fault("spec.strategy", "Recreate over a rolling update that was never spelled out", allowed)


def _defaulted_update_stays(old: Object, new: Object) -> bool:
    # Nobody owns what the server filled in, so that a server-side apply of `Recreate` leaves it, and is refused.
    kept = not mapping(old.spec, "strategy", "rollingUpdate") and strategy_of(old) != "Recreate"
    return kept and strategy_of(new) == "Recreate"


def _cleans(cleaner: Object, left: Object) -> bool:
    if cleaner.kind in {"IngressClass", "IngressClassParams"} and left.kind == "Ingress":
        return cleaner.kind == "IngressClassParams" or text(left.spec, "ingressClassName") == cleaner.name
    if cleaner.kind == "GatewayClass" and left.kind == "Gateway":
        return text(left.spec, "gatewayClassName") == cleaner.name
    if cleaner.kind == "CustomResourceDefinition":
        return left.kind == text(cleaner.spec, "names", "kind") and left.group == text(cleaner.spec, "group")
    if cleaner.kind == "StorageClass" and left.kind == "PersistentVolumeClaim":
        cleans = text(cleaner.data, "reclaimPolicy") != "Retain"
        return cleans and text(left.spec, "storageClassName") == cleaner.name
    pods = pods_of(cleaner)
    images = [text(one.data, "image") for one in pods.containers] if pods else []
    for word, kinds in _CONTROLLERS.items():
        if any(word in image for image in images):
            return left.kind in kinds and (left.kind != "Service" or text(left.spec, "type") == "LoadBalancer")
    return False


def plain(found: Any) -> Any:
    """Without what is said and what is the default alike: nothing, and an empty collection."""
    if isinstance(found, Mapping):
        return {key: value for key, one in found.items() if (value := plain(one)) not in (None, {}, [])} or None
    if isinstance(found, list):
        return [plain(one) for one in found] or None
    return found


def _short(found: Any) -> str:
    said = str(found) if found is not None else "nothing"
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


_LONGEST: Final = 80
HASH: Final = re.compile(r"-(?=[a-z0-9]*[0-9])[a-f0-9]{5,64}$|-[0-9]{5,}$")
_ASSIGNED: Final = {"volumeName", "storageClassName", "volumeMode", "type"}
"""What the API server fills in, so that saying it once and leaving it out once are no change."""
_REPLACED: Final = {
    "helm.sh/hook",
    "helm.sh/hook-delete-policy",
    "argocd.argoproj.io/hook",
    "kustomize.toolkit.fluxcd.io/force",
    "kapp.k14s.io/update-strategy",
}
"""Annotations that have a Job made anew by the tool that applies it."""
_CONTROLLERS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws-load-balancer-controller": ("Ingress", "Service", "TargetGroupBinding", "Gateway"),
    "external-dns": ("DNSEndpoint",),
    "cert-manager-controller": ("Certificate", "Challenge", "Order"),
    "aws-ebs-csi-driver": ("PersistentVolumeClaim",),
    "karpenter": ("NodePool", "EC2NodeClass", "NodeClaim"),
}
"""Controllers, by a part of their image, and what holds a finalizer of theirs."""
FIXED: Final[Mapping[tuple[str, str], tuple[tuple[str, ...], ...]]] = {
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("apps", "StatefulSet"): (
        ("spec", "selector"),
        ("spec", "serviceName"),
        ("spec", "podManagementPolicy"),
        ("spec", "volumeClaimTemplates"),
    ),
    ("batch", "Job"): (
        ("spec", "template"),
        ("spec", "completionMode"),
        ("spec", "completions"),
        ("spec", "podFailurePolicy"),
        ("spec", "successPolicy"),
        ("spec", "backoffLimitPerIndex"),
        ("spec", "managedBy"),
    ),
    ("", "PersistentVolumeClaim"): (
        ("spec", "accessModes"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "volumeName"),
        ("spec", "selector"),
    ),
    ("", "Secret"): (("type",),),
    ("", "PersistentVolume"): (("spec", "csi"), ("spec", "nfs"), ("spec", "hostPath"), ("spec", "local")),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"),
        ("spec", "scope"),
        ("spec", "names", "kind"),
        ("spec", "names", "plural"),
    ),
    ("node.k8s.io", "RuntimeClass"): (("handler",),),
    ("storage.k8s.io", "CSIDriver"): (("spec", "attachRequired"),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (("roleRef",),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (("roleRef",),),
    ("networking.k8s.io", "IngressClass"): (("spec", "controller"),),
    ("storage.k8s.io", "StorageClass"): (
        ("provisioner",),
        ("parameters",),
        ("reclaimPolicy",),
        ("volumeBindingMode",),
    ),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    ("gateway.networking.k8s.io", "GatewayClass"): (("spec", "controllerName"),),
    ("cert-manager.io", "CertificateRequest"): (("spec",),),
}
"""What cannot change in place, by group and kind."""

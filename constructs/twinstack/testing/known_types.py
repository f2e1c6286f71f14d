"""Tells a type that a half happens not to have from one that does not exist: nothing is absent by a misspelt name."""

from __future__ import annotations

import difflib
import json
import lzma
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib import resources
from typing import Final


def misspelt_block(type_: str, there: Iterable[str]) -> str | None:
    """What is wrong with the type of a Terraform block that a document does not have; None where it may exist."""
    if type_ in SECTIONS or type_ in _provider_types():
        return None
    if (near := _near(type_, [*there, *SECTIONS, *_provider_types()])) or _AWS.match(type_):
        return f'the shipped schemas of the AWS provider have no "{type_}"{_did_you_mean(near)}'
    # Of other providers' types it is known only what they look like.
    return None if _BLOCK.fullmatch(type_) else f'"{type_}" is no type of a Terraform block, such as aws_db_instance'


def misspelt_kind(type_: str, there: Iterable[str]) -> str | None:
    """What is wrong with a kind that no manifest has; None where it may exist, as a custom resource's may."""
    if type_ in KINDS:
        return None
    if near := _near(type_, [*there, *KINDS]):
        return f'there is no kind "{type_}" in Kubernetes{_did_you_mean(near)}'
    return None if _KIND.fullmatch(type_) else f'"{type_}" is no kind of a manifest, such as Deployment'


def _near(word: str, known: Collection[str]) -> str | None:
    """A word that differs by its case or by a letter or two; `EC2NodeClass` is no misspelt `NodeClass`."""
    lowered = {one.lower(): one for one in known}
    matches = difflib.get_close_matches(word.lower(), lowered, n=3, cutoff=ALIKE)
    return next((lowered[one] for one in matches if abs(len(one) - len(word)) <= 1), None)


def _did_you_mean(near: str | None) -> str:
    return f": did you mean {near}?" if near else ""


@cache
def _provider_types() -> frozenset[str]:
    """Every type of the AWS provider, from the schemas that the rehearsal ships; read here without its extra."""
    found: set[str] = set()
    folder = resources.files("twinstack") / "rehearsal" / "schemas"
    for file in folder.iterdir():
        if file.name.endswith(".json.xz"):
            schema = json.loads(lzma.decompress(file.read_bytes()))
            found |= {f"{prefix}{name}" for kind, prefix in PREFIXES.items() for name in schema[kind]}
    return frozenset(found)


PREFIXES: Final = {"resource": "", "data": "data.", "ephemeral": "ephemeral."}
SECTIONS: Final = ("output", "variable", "provider", "terraform")
KINDS: Final = frozenset({
    "APIService", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ConfigMap",
    "ControllerRevision", "CronJob", "CSIDriver", "CSINode", "CustomResourceDefinition", "DaemonSet", "Deployment",
    "Endpoints", "EndpointSlice", "FlowSchema", "HorizontalPodAutoscaler", "Ingress", "IngressClass", "Job",
    "Lease", "LimitRange", "MutatingWebhookConfiguration", "Namespace", "NetworkPolicy", "Node", "PersistentVolume",
    "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "PodTemplate", "PriorityClass",
    "PriorityLevelConfiguration", "ReplicaSet", "ReplicationController", "ResourceQuota", "Role", "RoleBinding",
    "RuntimeClass", "Secret", "Service", "ServiceAccount", "StatefulSet", "StorageClass",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    "VolumeAttachment",
})  # fmt: skip
"""The kinds that a cluster has without custom resources. Source: Kubernetes, "API Reference"."""
ALIKE: Final = 0.85
_AWS: Final = re.compile(r"(data\.|ephemeral\.)?aws_")
_BLOCK: Final = re.compile(r"(data\.|ephemeral\.)?[a-z][a-z0-9]*_[a-z0-9_]+")
_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]*")

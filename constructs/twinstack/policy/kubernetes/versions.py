"""API versions and fields that the cluster's Kubernetes no longer serves, or that have a successor.

Source: Kubernetes documentation, "Deprecated API Migration Guide", and the release notes of the projects named, read on
2026-11-29.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Objects, mapping, reach, text
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("removed-version", "the cluster does not serve this API version", "use its successor", severity="error")
def removed_version(objects: Objects) -> Iterator[Fault]:
    """An object of an API version that this cluster does not serve any more."""
    for one in objects.all:
        version = text(one.data, "apiVersion")
        removed = _REMOVED.get((version, one.kind))
        if removed is not None and objects.version >= removed[0]:
            since = ".".join(str(part) for part in removed[0])
            yield one.fault("apiVersion", f"{version}, removed in {since}", removed[1] or "it has no successor")
        elif version in _OLD_GROUPS:
            yield replace(one.fault("apiVersion", version, _OLD_GROUPS[version]), doubtful=True)


@RULES("removed-field", "a field that Kubernetes has given up", "use its successor")
def removed_field(objects: Objects) -> Iterator[Fault]:
    """A field or an annotation of pods that Kubernetes ignores or refuses by now."""
    for pods in objects.pods:
        for name in mapping(pods.metadata, "annotations"):
            if str(name).startswith(("seccomp.security.alpha.", "container.seccomp.security.alpha.")):
                yield pods.owner.fault(f"metadata.annotations[{name}]", "ignored since 1.27", "seccompProfile")
            elif str(name).startswith("container.apparmor.security.beta."):
                yield pods.owner.fault(f"metadata.annotations[{name}]", "deprecated since 1.30", "appArmorProfile")
        if "serviceAccount" in pods.spec:
            yield pods.owner.fault(f"{pods.path}.serviceAccount", "deprecated", "serviceAccountName")
        for volume in pods.volumes:
            for kind in sorted(volume.keys() & _REMOVED_VOLUMES.keys()):
                yield pods.owner.fault(f"{pods.path}.volumes[{volume.get('name')}]", kind, _REMOVED_VOLUMES[kind])
    for service in objects.of("Service"):
        if reach(service.spec, "externalIPs") and not service.group:
            yield service.fault("spec.externalIPs", "deprecated since 1.36", "type LoadBalancer, or a Gateway")
        if service.spec.get("trafficDistribution") == "PreferClose":
            yield service.fault("spec.trafficDistribution", "PreferClose, deprecated since 1.34", "PreferSameZone")


def _rows(
    version: tuple[int, int], successor: str, old: str, kinds: str
) -> dict[tuple[str, str], tuple[tuple[int, int], str]]:
    return {(one, kind): (version, successor) for one in old.split() for kind in kinds.split()}


_REMOVED: Final[Mapping[tuple[str, str], tuple[tuple[int, int], str]]] = {
    **_rows(
        (1, 16),
        "apps/v1",
        "extensions/v1beta1 apps/v1beta1 apps/v1beta2",
        "Deployment DaemonSet ReplicaSet StatefulSet",
    ),
    **_rows((1, 16), "networking.k8s.io/v1", "extensions/v1beta1", "NetworkPolicy"),
    **_rows((1, 16), "", "extensions/v1beta1", "PodSecurityPolicy"),
    **_rows((1, 22), "networking.k8s.io/v1", "extensions/v1beta1 networking.k8s.io/v1beta1", "Ingress IngressClass"),
    **_rows((1, 22), "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    **_rows((1, 22), "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1", "APIService"),
    **_rows(
        (1, 22),
        "admissionregistration.k8s.io/v1",
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration MutatingWebhookConfiguration",
    ),
    **_rows((1, 22), "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "CertificateSigningRequest"),
    **_rows((1, 22), "coordination.k8s.io/v1", "coordination.k8s.io/v1beta1", "Lease"),
    **_rows(
        (1, 22),
        "rbac.authorization.k8s.io/v1",
        "rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1",
        "Role ClusterRole RoleBinding ClusterRoleBinding",
    ),
    **_rows((1, 22), "scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1alpha1", "PriorityClass"),
    **_rows((1, 22), "storage.k8s.io/v1", "storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment"),
    **_rows((1, 25), "batch/v1", "batch/v1beta1 batch/v2alpha1", "CronJob"),
    **_rows((1, 25), "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "EndpointSlice"),
    **_rows((1, 25), "events.k8s.io/v1", "events.k8s.io/v1beta1", "Event"),
    **_rows((1, 25), "policy/v1", "policy/v1beta1", "PodDisruptionBudget"),
    **_rows((1, 25), "", "policy/v1beta1", "PodSecurityPolicy"),
    **_rows((1, 25), "node.k8s.io/v1", "node.k8s.io/v1beta1", "RuntimeClass"),
    **_rows((1, 20), "ReferenceGrant", "gateway.networking.k8s.io/v1alpha2", "ReferencePolicy"),
    **_rows((1, 25), "autoscaling/v2", "autoscaling/v2beta1", "HorizontalPodAutoscaler"),
    **_rows((1, 26), "autoscaling/v2", "autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    **_rows((1, 27), "storage.k8s.io/v1", "storage.k8s.io/v1beta1", "CSIStorageCapacity"),
    **_rows(
        (1, 32),
        "flowcontrol.apiserver.k8s.io/v1",
        " ".join(f"flowcontrol.apiserver.k8s.io/v1beta{number}" for number in (1, 2, 3)),
        "FlowSchema PriorityLevelConfiguration",
    ),
}
_OLD_GROUPS: Final[Mapping[str, str]] = {
    "cert-manager.io/v1alpha2": "cert-manager.io/v1",
    "cert-manager.io/v1alpha3": "cert-manager.io/v1",
    "cert-manager.io/v1beta1": "cert-manager.io/v1",
    "certmanager.k8s.io/v1alpha1": "cert-manager.io/v1",
    "external-secrets.io/v1alpha1": "external-secrets.io/v1",
    "external-secrets.io/v1beta1": "external-secrets.io/v1",
    "secrets-store.csi.x-k8s.io/v1alpha1": "secrets-store.csi.x-k8s.io/v1",
    "karpenter.sh/v1alpha5": "karpenter.sh/v1",
    "karpenter.sh/v1beta1": "karpenter.sh/v1",
    "networking.x-k8s.io/v1alpha1": "gateway.networking.k8s.io/v1",
}
"""Custom resources whose projects have dropped a version."""
_REMOVED_VOLUMES: Final[Mapping[str, str]] = {
    "gitRepo": "an init container that clones (disabled since 1.33)",
    "awsElasticBlockStore": "a claim of the EBS CSI driver (removed in 1.27)",
    "azureDisk": "a claim of its CSI driver (removed in 1.27)",
    "glusterfs": "another kind of volume (removed in 1.26)",
    "flocker": "another kind of volume (removed in 1.25)",
    "quobyte": "another kind of volume (removed in 1.25)",
    "storageos": "another kind of volume (removed in 1.25)",
    "scaleIO": "another kind of volume (removed in 1.22)",
}

"""Where the objects of a kind are found: what every API server serves, and what clusters usually have besides.

A kind of this table costs no request to find. Whether a cluster really serves one that is not built in, only the
cluster knows: it answers 404 then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the objects of one kind are found."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, name: str = "", namespace: str = "") -> str:
        """The path of one object, of all in a namespace, or of all there are."""
        parts = [self.prefix, *(["namespaces", namespace] if self.namespaced and namespace else []), self.plural]
        return "/".join([*parts, *([name] if name else [])])


def built_in(api_version: str, kind: str) -> Resource | None:
    """A kind that every API server since Kubernetes 1.30 serves; None for any other."""
    return _BUILT_IN.get((api_version, kind))


def well_known(api_version: str, kind: str) -> Resource | None:
    """A kind that is built in or that a well-known definition brings; None for any other."""
    return built_in(api_version, kind) or _BROUGHT.get((api_version, kind))


def is_namespaced(group: str, kind: str) -> bool | None:
    """Whether objects of this kind live in a namespace, whatever the version; None for a kind not known here."""
    return _NAMESPACED.get((group, kind))


def _resources(groups: Mapping[str, tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Resource]]:
    for api_version, (inside, cluster_wide) in groups.items():
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        for names, namespaced in ((inside, True), (cluster_wide, False)):
            for kind in names.split():
                yield (api_version, kind), Resource(prefix, plural(kind), namespaced)


def plural(kind: str) -> str:
    """The plural as Kubernetes forms it, from the kind: `networkpolicies`, `ingresses`, `endpoints`."""
    name = kind.lower()
    if name.endswith(("endpoints", "params")):
        return name
    if name.endswith(("s", "x", "ch")):
        return f"{name}es"
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


_BUILT_IN: Final[Mapping[tuple[str, str], Resource]] = dict(
    _resources(
        {
            "v1": (
                "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController "
                "ResourceQuota Secret Service ServiceAccount",
                "Namespace Node PersistentVolume",
            ),
            "apps/v1": ("ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", ""),
            "batch/v1": ("CronJob Job", ""),
            "autoscaling/v1": ("HorizontalPodAutoscaler", ""),
            "autoscaling/v2": ("HorizontalPodAutoscaler", ""),
            "policy/v1": ("PodDisruptionBudget", ""),
            "networking.k8s.io/v1": ("Ingress NetworkPolicy", "IngressClass"),
            "rbac.authorization.k8s.io/v1": ("Role RoleBinding", "ClusterRole ClusterRoleBinding"),
            "coordination.k8s.io/v1": ("Lease", ""),
            "discovery.k8s.io/v1": ("EndpointSlice", ""),
            "events.k8s.io/v1": ("Event", ""),
            "scheduling.k8s.io/v1": ("", "PriorityClass"),
            "storage.k8s.io/v1": ("CSIStorageCapacity", "CSIDriver CSINode StorageClass VolumeAttachment"),
            "node.k8s.io/v1": ("", "RuntimeClass"),
            "admissionregistration.k8s.io/v1": (
                "",
                "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
                "ValidatingWebhookConfiguration",
            ),
            "apiextensions.k8s.io/v1": ("", "CustomResourceDefinition"),
            "apiregistration.k8s.io/v1": ("", "APIService"),
        }
    )
)
_BROUGHT: Final[Mapping[tuple[str, str], Resource]] = dict(
    _resources(
        {
            "secrets-store.csi.x-k8s.io/v1": ("SecretProviderClass", ""),
            "eks.amazonaws.com/v1": (
                "LoadBalancerConfiguration TargetGroupBinding TargetGroupConfiguration",
                "IngressClassParams NodeClass",
            ),
            "gateway.k8s.aws/v1": ("LoadBalancerConfiguration TargetGroupConfiguration", ""),
            "gateway.networking.k8s.io/v1": ("GRPCRoute Gateway HTTPRoute", "GatewayClass"),
            "gateway.envoyproxy.io/v1alpha1": (
                "BackendTrafficPolicy ClientTrafficPolicy HTTPRouteFilter SecurityPolicy",
                "",
            ),
            "cert-manager.io/v1": ("Certificate Issuer", "ClusterIssuer"),
            "monitoring.coreos.com/v1": ("PodMonitor PrometheusRule ServiceMonitor", ""),
            "external-secrets.io/v1": ("ExternalSecret SecretStore", "ClusterSecretStore"),
            "karpenter.sh/v1": ("", "NodePool"),
            "keda.sh/v1alpha1": ("ScaledObject TriggerAuthentication", ""),
        }
    )
)
_NAMESPACED: Final[Mapping[tuple[str, str], bool]] = {
    (api_version.rpartition("/")[0], kind): resource.namespaced
    for (api_version, kind), resource in {**_BUILT_IN, **_BROUGHT}.items()
}

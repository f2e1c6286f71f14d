"""What Kubernetes does when an object is made, changed or taken away, kind by kind.

A row is read from the top, and the first whose path begins the field's and whose condition holds says it. Sources, read on
29 November 2026: Kubernetes documentation, "Deployments", "Service", "Network Policies", "Disruptions", "Horizontal Pod
Autoscaling", "Jobs", "ConfigMaps", "Persistent Volumes", "Namespaces"; AWS Load Balancer Controller, "Ingress annotations" and
"IngressClass"; Secrets Store CSI Driver, "Concepts"; Karpenter, "Disruption"; cert-manager, "Certificate resource".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from twinstack.changes.effect import Effect
from twinstack.facts.conditions import holds

Kind: TypeAlias = tuple[str, str]
"""Group and kind: `("apps", "Deployment")`; the core group is empty."""
Row: TypeAlias = tuple[str, str, Effect, str]
"""The beginning of a field's path, a condition (empty: always), what it does, and why."""


def _only_added(was: Any, becomes: Any) -> bool:
    if isinstance(was, list) and isinstance(becomes, list):
        return all(one in becomes for one in was)
    return was is None


def _wider(was: Any, becomes: Any) -> bool:
    """Whether more addresses are let in: none at all are everybody."""
    old, new = _networks(was), _networks(becomes)
    return bool(old) and (not new or any(not any(holds(each, one) for each in old) for one in new))


def _networks(value: Any) -> list[str]:
    found = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [one.strip() for one in found if isinstance(one, str) and one.strip()]


def _less_strict(was: Any, becomes: Any) -> bool:
    old, new = (LEVELS.index(one) if one in LEVELS else 0 for one in (was, becomes))
    return new < old


CONDITIONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "": lambda _was, _becomes: True,
    "added": _only_added,
    "removed": lambda _was, becomes: becomes is None,
    "to zero": lambda was, becomes: becomes == 0 and was != 0,
    "true": lambda _was, becomes: becomes is True,
    "to all at once": lambda _was, becomes: becomes == "Recreate",
    "internal no more": lambda was, _: str(was).lower() in {"true", "internal"},
    "to the internet": lambda _was, becomes: becomes == "internet-facing",
    "out of the cluster": lambda was, becomes: (
        becomes in {"LoadBalancer", "NodePort"} and was in {None, "", "ClusterIP"}
    ),
    "wider": _wider,
    "less strict": _less_strict,
    "deletes": lambda _was, becomes: becomes == "Delete",
}
LEVELS: Final = ("privileged", "baseline", "restricted")
"""Of Pod Security, the strictest last; nothing said is privileged."""

SAFE, RESTARTS, INTERRUPTS = Effect.SAFE, Effect.RESTARTS, Effect.INTERRUPTS
REPLACES, DESTROYS_DATA = Effect.REPLACES, Effect.DESTROYS_DATA
EXPOSES, UNPROTECTS = Effect.EXPOSES, Effect.UNPROTECTS

_NEXT_START: Final = "pods take it at their next start"
_CUT: Final = "what it admits no more is cut off"
_ROLLOUT: Final = "how its pods are replaced from the next time on"
_ADDRESS: Final = "the load balancer becomes another one, with another address"
_REFUSED: Final = "whoever used a right that goes is refused it"
_INTERNET: Final = "it is reached from the internet, by another load balancer with another address"
_WIDER: Final = "more addresses are let in"
_NODES: Final = "nodes that are not so any more are replaced one after another, and the pods on them move"

_REPLICAS: Final[tuple[Row, ...]] = (
    ("spec.replicas", "to zero", INTERRUPTS, "nothing of it runs any more"),
    ("spec.replicas", "", SAFE, "more pods, or fewer"),
)

FIELDS: Final[Mapping[Kind, tuple[Row, ...]]] = {
    ("apps", "Deployment"): (
        *_REPLICAS,
        ("spec.paused", "true", SAFE, "no rollout goes on until it is taken back"),
        ("spec.strategy.type", "to all at once", INTERRUPTS, "from this rollout on all pods stop before new ones start"),
        ("spec.strategy", "", SAFE, _ROLLOUT),
        ("spec.minReadySeconds", "", SAFE, _ROLLOUT),
        ("spec.progressDeadlineSeconds", "", SAFE, _ROLLOUT),
        ("spec.revisionHistoryLimit", "", SAFE, "how many former sets of pods are kept"),
    ),
    ("apps", "StatefulSet"): (
        *_REPLICAS,
        ("spec.updateStrategy", "", SAFE, _ROLLOUT),
        ("spec.minReadySeconds", "", SAFE, _ROLLOUT),
        ("spec.revisionHistoryLimit", "", SAFE, "how many former sets of pods are kept"),
        ("spec.persistentVolumeClaimRetentionPolicy", "deletes", UNPROTECTS, "its volumes go with it"),
        ("spec.persistentVolumeClaimRetentionPolicy", "", SAFE, "what becomes of its volumes when it is taken away"),
    ),
    ("apps", "DaemonSet"): (
        ("spec.updateStrategy", "", SAFE, _ROLLOUT),
        ("spec.minReadySeconds", "", SAFE, _ROLLOUT),
        ("spec.revisionHistoryLimit", "", SAFE, "how many former sets of pods are kept"),
    ),
    ("batch", "Job"): (("spec", "", SAFE, "how long it may run, and how often it is tried"),),
    ("batch", "CronJob"): (
        ("spec.suspend", "true", INTERRUPTS, "it is not run any more"),
        ("spec", "", SAFE, "from its next run on"),
    ),
    ("", "Service"): (
        ("spec.selector", "", INTERRUPTS, "it leads to other pods: nothing answers until some of them are ready"),
        ("spec.ports", "added", SAFE, "one more port"),
        ("spec.ports", "", INTERRUPTS, "who calls the former port is not answered"),
        ("metadata.annotations[service.beta.kubernetes.io/aws-load-balancer-scheme]", "to the internet", EXPOSES, _INTERNET),
        ("metadata.annotations[service.beta.kubernetes.io/aws-load-balancer-scheme]", "internal no more", EXPOSES, _INTERNET),
        ("metadata.annotations[service.beta.kubernetes.io/aws-load-balancer-internal]", "internal no more", EXPOSES, _INTERNET),
        ("spec.type", "out of the cluster", EXPOSES, "it is reached from outside of the cluster"),
        ("spec.externalIPs", "added", EXPOSES, "it is reached from outside of the cluster"),
        ("spec.type", "", INTERRUPTS, "it is reached in another way: a former load balancer goes"),
        ("spec.externalName", "", INTERRUPTS, "its name leads elsewhere"),
        ("spec.loadBalancerClass", "", INTERRUPTS, _ADDRESS),
        ("spec.loadBalancerSourceRanges", "wider", EXPOSES, _WIDER),
        ("spec.loadBalancerSourceRanges", "", INTERRUPTS, _CUT),
        ("spec", "", SAFE, "how its connections are spread"),
    ),
    ("networking.k8s.io", "Ingress"): (
        ("metadata.annotations[alb.ingress.kubernetes.io/scheme]", "to the internet", EXPOSES, _INTERNET),
        ("metadata.annotations[alb.ingress.kubernetes.io/scheme]", "", REPLACES, _ADDRESS),
        ("metadata.annotations[alb.ingress.kubernetes.io/group.name]", "", REPLACES, _ADDRESS),
        ("metadata.annotations[alb.ingress.kubernetes.io/target-type]", "", INTERRUPTS, "its target groups are made anew"),
        ("metadata.annotations[alb.ingress.kubernetes.io/backend-protocol]", "", INTERRUPTS, "its target groups are made anew"),
        ("metadata.annotations[alb.ingress.kubernetes.io/listen-ports]", "added", SAFE, ""),
        ("metadata.annotations[alb.ingress.kubernetes.io/listen-ports]", "", INTERRUPTS, "who calls the former port is not answered"),
        ("metadata.annotations[alb.ingress.kubernetes.io/inbound-cidrs]", "wider", EXPOSES, _WIDER),
        ("metadata.annotations[alb.ingress.kubernetes.io/inbound-cidrs]", "", INTERRUPTS, _CUT),
        ("metadata.annotations[nginx.ingress.kubernetes.io/whitelist-source-range]", "wider", EXPOSES, _WIDER),
        ("metadata.annotations[nginx.ingress.kubernetes.io/allowlist-source-range]", "wider", EXPOSES, _WIDER),
        ("metadata.annotations[alb.ingress.kubernetes.io/security-groups]", "", INTERRUPTS, _CUT),
        ("metadata.annotations[external-dns.alpha.kubernetes.io/hostname]", "", INTERRUPTS, "the former name leads nowhere"),
        ("metadata.annotations[external-dns.alpha.kubernetes.io/", "", SAFE, "the DNS record follows"),
        ("metadata.annotations[alb.ingress.kubernetes.io/", "", SAFE, "the load balancer takes it over as it runs"),
        ("metadata.annotations[nginx.ingress.kubernetes.io/", "", SAFE, "nginx takes it over as it runs"),
        ("metadata.annotations[cert-manager.io/", "", SAFE, "the certificate is issued anew"),
        ("spec.ingressClassName", "", REPLACES, _ADDRESS),
        ("spec.rules", "added", SAFE, "one more host, or one more path"),
        ("spec.rules", "", INTERRUPTS, "who calls a host or a path that goes is not answered"),
        ("spec.tls", "added", SAFE, "one more certificate"),
        ("spec.tls", "", INTERRUPTS, "until the certificate is there, clients are refused"),
        ("spec.defaultBackend", "", INTERRUPTS, "what no rule names is answered by something else"),
    ),
    ("networking.k8s.io", "IngressClass"): (("spec.parameters", "", REPLACES, _ADDRESS),),
    ("eks.amazonaws.com", "IngressClassParams"): (
        ("spec.scheme", "to the internet", EXPOSES, _INTERNET),
        ("spec.scheme", "", REPLACES, _ADDRESS),
        ("spec.group", "", REPLACES, _ADDRESS),
        ("spec.inboundCIDRs", "wider", EXPOSES, _WIDER),
        ("spec.inboundCIDRs", "", INTERRUPTS, _CUT),
        ("spec.namespaceSelector", "", INTERRUPTS, "an Ingress in a namespace that it selects no more is not looked after"),
        ("spec", "", SAFE, "the load balancer takes it over as it runs"),
    ),
    **dict.fromkeys(
        (("eks.amazonaws.com", "LoadBalancerConfiguration"), ("gateway.k8s.aws", "LoadBalancerConfiguration")),
        (
            ("spec.scheme", "to the internet", EXPOSES, _INTERNET),
            ("spec.scheme", "", REPLACES, _ADDRESS),
            ("spec.loadBalancerName", "", REPLACES, _ADDRESS),
            ("spec.sourceRanges", "wider", EXPOSES, _WIDER),
            ("spec.sourceRanges", "", INTERRUPTS, _CUT),
            ("spec.wafV2", "removed", UNPROTECTS, "no firewall stands before it any more"),
            ("spec", "", SAFE, "the load balancer takes it over as it runs"),
        ),
    ),
    ("gateway.envoyproxy.io", "SecurityPolicy"): (("spec", "", EXPOSES, "others may come in than before"),),
    **{
        ("gateway.envoyproxy.io", kind): (("spec", "", SAFE, "the proxies take it over as they run"),)
        for kind in ("BackendTrafficPolicy", "ClientTrafficPolicy", "HTTPRouteFilter")
    },
    ("networking.k8s.io", "NetworkPolicy"): (
        ("spec.podSelector", "", INTERRUPTS, "other pods admit only what it names"),
        ("spec.policyTypes", "removed", EXPOSES, "it keeps out less"),
        ("spec.policyTypes", "", INTERRUPTS, _CUT),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        ("spec.scaleTargetRef", "", INTERRUPTS, "what it scaled keeps the number of pods that it has"),
        ("spec", "", SAFE, "how many pods there are follows it"),
    ),
    ("policy", "PodDisruptionBudget"): (("spec", "", SAFE, "from the next drain of a node on"),),
    ("", "ConfigMap"): (
        ("data", "", SAFE, f"{_NEXT_START}, and files that are mounted follow within a minute or two"),
        ("binaryData", "", SAFE, f"{_NEXT_START}, and files that are mounted follow within a minute or two"),
        ("immutable", "", SAFE, ""),
    ),
    ("", "Secret"): (
        ("data", "", SAFE, f"{_NEXT_START}, and files that are mounted follow within a minute or two"),
        ("stringData", "", SAFE, f"{_NEXT_START}, and files that are mounted follow within a minute or two"),
        ("immutable", "", SAFE, ""),
    ),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"): (("spec", "", SAFE, _NEXT_START),),
    ("", "ServiceAccount"): (
        ("automountServiceAccountToken", "", SAFE, _NEXT_START),
        ("metadata.annotations", "", SAFE, _NEXT_START),
        ("imagePullSecrets", "", SAFE, _NEXT_START),
    ),
    ("rbac.authorization.k8s.io", "Role"): (("rules", "added", EXPOSES, "more rights"), ("rules", "", INTERRUPTS, _REFUSED)),
    ("rbac.authorization.k8s.io", "ClusterRole"): (
        ("rules", "added", EXPOSES, "more rights"),
        ("rules", "", INTERRUPTS, _REFUSED),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (
        ("subjects", "added", EXPOSES, "more who have the rights"),
        ("subjects", "", INTERRUPTS, _REFUSED),
    ),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (
        ("subjects", "added", EXPOSES, "more who have the rights"),
        ("subjects", "", INTERRUPTS, _REFUSED),
    ),
    ("", "Namespace"): (
        ("metadata.labels[pod-security.kubernetes.io/enforce]", "removed", UNPROTECTS, "any pod may start"),
        ("metadata.labels[pod-security.kubernetes.io/enforce]", "less strict", UNPROTECTS, "pods that could not start may"),
        (
            "metadata.labels[pod-security.kubernetes.io/enforce]", "", INTERRUPTS,
            "pods that run stay, and one that does not comply cannot start any more",
        ),
        ("metadata.labels[pod-security.kubernetes.io/enforce-version]", "", SAFE, "by which version's rules new pods are judged"),
        ("metadata.labels[pod-security.kubernetes.io/", "", SAFE, "what is warned of and noted"),
        ("metadata", "", SAFE, ""),
    ),
    ("", "PersistentVolumeClaim"): (("spec.resources", "", SAFE, "it grows as it is used, where its class allows that"),),
    ("", "PersistentVolume"): (
        ("spec.persistentVolumeReclaimPolicy", "deletes", UNPROTECTS, "what is on it goes with its claim"),
        ("spec.persistentVolumeReclaimPolicy", "", SAFE, "what becomes of it when its claim goes"),
    ),
    ("", "ResourceQuota"): (("spec", "", SAFE, "for what starts from now on"),),
    ("", "LimitRange"): (("spec", "", SAFE, "for what starts from now on"),),
    ("storage.k8s.io", "StorageClass"): (("allowVolumeExpansion", "", SAFE, ""), ("mountOptions", "", SAFE, _NEXT_START)),
    ("scheduling.k8s.io", "PriorityClass"): (("description", "", SAFE, ""), ("globalDefault", "", SAFE, _NEXT_START)),
    ("gateway.networking.k8s.io", "Gateway"): (
        ("spec.gatewayClassName", "", REPLACES, _ADDRESS),
        ("spec.listeners", "added", SAFE, "one more listener"),
        ("spec.listeners", "", INTERRUPTS, "who calls a listener that goes is not answered"),
    ),
    ("gateway.networking.k8s.io", "HTTPRoute"): (
        ("spec.hostnames", "added", SAFE, "one more host"),
        ("spec.rules", "added", SAFE, "one more rule"),
        ("spec", "", INTERRUPTS, "who calls a host or a path that goes is not answered"),
    ),
    ("cert-manager.io", "Certificate"): (("spec", "", SAFE, "it is issued anew, and the former one serves until then"),),
    ("cert-manager.io", "ClusterIssuer"): (("spec", "", SAFE, "from the next certificate on"),),
    ("cert-manager.io", "Issuer"): (("spec", "", SAFE, "from the next certificate on"),),
    ("monitoring.coreos.com", "ServiceMonitor"): (("spec", "", SAFE, "what is measured"),),
    ("monitoring.coreos.com", "PodMonitor"): (("spec", "", SAFE, "what is measured"),),
    ("monitoring.coreos.com", "PrometheusRule"): (("spec", "", SAFE, "what alerts"),),
    ("keda.sh", "ScaledObject"): (
        ("spec.scaleTargetRef", "", INTERRUPTS, "what it scaled keeps the number of pods that it has"),
        ("spec", "", SAFE, "how many pods there are follows it"),
    ),
    ("keda.sh", "TriggerAuthentication"): (("spec", "", SAFE, "with what KEDA asks"),),
    ("karpenter.sh", "NodePool"): (
        ("spec.template", "", RESTARTS, _NODES),
        ("spec", "", SAFE, "from the next node on"),
    ),
    ("eks.amazonaws.com", "NodeClass"): (("spec", "", RESTARTS, _NODES),),
    ("karpenter.k8s.aws", "EC2NodeClass"): (("spec", "", RESTARTS, _NODES),),
}  # fmt: skip
"""What a changed field does. What has no row here, nor in `OF_ALL`, nobody has noted yet."""
OF_ALL: Final[tuple[Row, ...]] = (
    ("apiVersion", "", SAFE, "the same object, asked for by another version of its interface"),
    ("metadata.labels", "", SAFE, ""),
    ("metadata.annotations", "", SAFE, ""),
)
"""What these fields do in every kind that has no row of its own for them."""

_GONE_WITH_ALL: Final = "everything in it goes: its objects, its volumes, the records of its releases"
GONE: Final[Mapping[Kind, tuple[Effect, str]]] = {
    ("", "Namespace"): (DESTROYS_DATA, _GONE_WITH_ALL),
    ("", "PersistentVolumeClaim"): (DESTROYS_DATA, "its volume goes with it, unless its class keeps it"),
    ("", "PersistentVolume"): (DESTROYS_DATA, "what is on it is nobody's any more"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (DESTROYS_DATA, "every object of the kind goes with it"),
    ("", "Secret"): (REPLACES, "whoever mounts it cannot start any more"),
    ("", "ConfigMap"): (REPLACES, "whoever mounts it cannot start any more"),
    ("apps", "Deployment"): (REPLACES, "it runs no more"),
    ("apps", "DaemonSet"): (REPLACES, "it runs no more"),
    ("apps", "StatefulSet"): (REPLACES, "it runs no more; its volumes stay"),
    ("batch", "CronJob"): (REPLACES, "it is not run any more"),
    ("", "Service"): (REPLACES, "its name and its address lead nowhere"),
    ("networking.k8s.io", "Ingress"): (REPLACES, "its load balancer goes: nobody is answered from outside"),
    ("gateway.networking.k8s.io", "Gateway"): (REPLACES, "its load balancer goes: nobody is answered from outside"),
    ("gateway.envoyproxy.io", "SecurityPolicy"): (EXPOSES, "whoever it kept out may come in"),
    ("networking.k8s.io", "NetworkPolicy"): (SAFE, "its pods admit what it kept out, unless another one keeps it out"),
    ("policy", "PodDisruptionBudget"): (SAFE, "a drain of a node may stop all of its pods at once"),
    ("autoscaling", "HorizontalPodAutoscaler"): (SAFE, "what it scaled keeps the number of pods that it has"),
    ("keda.sh", "ScaledObject"): (SAFE, "what it scaled keeps the number of pods that it has"),
    ("keda.sh", "TriggerAuthentication"): (SAFE, "KEDA asks with it no more"),
    ("", "ResourceQuota"): (SAFE, "nothing limits the namespace any more"),
    ("", "LimitRange"): (SAFE, "nothing limits new pods any more"),
    ("batch", "Job"): (SAFE, "it has run, or runs no more"),
    ("monitoring.coreos.com", "ServiceMonitor"): (SAFE, "it is not measured any more"),
    ("monitoring.coreos.com", "PodMonitor"): (SAFE, "it is not measured any more"),
    ("monitoring.coreos.com", "PrometheusRule"): (SAFE, "it does not alert any more"),
}
"""What it does that an object of a kind goes; any other kind that is known here holds nothing."""
MADE: Final[Mapping[Kind, tuple[Effect, str]]] = {
    ("batch", "Job"): (SAFE, "new: it runs once"),
    ("", "ResourceQuota"): (SAFE, "new: what would exceed it cannot start any more"),
    ("", "LimitRange"): (SAFE, "new: what does not fit cannot start any more"),
}
"""What it does that an object of a kind is made, where that is more than that it is new."""
CONTENT_NAMED: Final = frozenset({
    ("", "ConfigMap"), ("", "Secret"), ("secrets-store.csi.x-k8s.io", "SecretProviderClass"), ("batch", "Job"),
})  # fmt: skip
"""Kinds that are named by what is in them: another content is another object, beside the former one."""


def is_known(kind: Kind) -> bool:
    """Whether anything is noted of a kind."""
    return kind in FIELDS or kind in GONE


def row_for(kind: Kind, path: str, was: Any, becomes: Any) -> tuple[Effect, str] | None:
    """What a changed field of an object does, and why; None: nobody has noted it."""
    for beginning, condition, effect, why in (*FIELDS.get(kind, ()), *OF_ALL):
        if _begins(path, beginning) and CONDITIONS[condition](was, becomes):
            return effect, why
    return None


def _begins(path: str, beginning: str) -> bool:
    rest = path[len(beginning) :]
    return path.startswith(beginning) and (rest[:1] in {"", ".", "["} or beginning.endswith("/"))

"""The kinds that every API server has: in which group, and whether their objects lie in a namespace.

tests/kubernetes/test_rights.py holds this against a real one's discovery.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple


class ClusterKind(NamedTuple):
    """One kind, by the name that rights have for it: its plural."""

    group: str
    plural: str
    namespaced: bool
    parts: frozenset[str]
    """What may be asked for besides the object, `log` of a pod."""


def kinds_called(plural: str, group: str | None = None) -> tuple[ClusterKind, ...]:
    """The kinds with this plural, of one group where it is given; `events` are of two."""
    return tuple(one for one in _KINDS if one.plural == plural and group in {None, one.group})


def all_kinds() -> tuple[ClusterKind, ...]:
    """Every kind of the table."""
    return _KINDS


def is_known_group(group: str) -> bool:
    """Whether it is one of those that every API server has."""
    return any(one.group == group for one in _KINDS)


def likely(word: str) -> str:
    """The plural that may be meant: `pods` of `Pod` or `pod`; empty where nothing is like it."""
    found = difflib.get_close_matches(word.lower(), sorted({one.plural for one in _KINDS}), n=1, cutoff=0.7)
    return found[0] if found else ""


def _kinds(groups: Mapping[str, tuple[str, str]]) -> Iterator[ClusterKind]:
    for group, sides in groups.items():
        for words, namespaced in zip(sides, (True, False), strict=True):
            for word in words.split():
                plural, _, parts = word.partition(":")
                yield ClusterKind(group, plural, namespaced, frozenset(filter(None, parts.split(","))))


_KINDS: Final = tuple(
    _kinds(
        {
            "": (
                "configmaps endpoints events limitranges persistentvolumeclaims:status "
                "pods:attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status podtemplates "
                "replicationcontrollers:scale,status resourcequotas:status secrets serviceaccounts:token "
                "services:proxy,status",
                "namespaces:finalize,status nodes:configz,healthz,log,metrics,pods,proxy,stats,status persistentvolumes:status",
            ),
            "apps": (
                "controllerrevisions daemonsets:status deployments:scale,status replicasets:scale,status "
                "statefulsets:scale,status",
                "",
            ),
            "batch": ("cronjobs:status jobs:status", ""),
            "autoscaling": ("horizontalpodautoscalers:status", ""),
            "policy": ("poddisruptionbudgets:status", ""),
            "networking.k8s.io": (
                "ingresses:status networkpolicies",
                "ingressclasses ipaddresses servicecidrs:status",
            ),
            "rbac.authorization.k8s.io": ("rolebindings roles", "clusterrolebindings clusterroles"),
            "coordination.k8s.io": ("leases", ""),
            "discovery.k8s.io": ("endpointslices", ""),
            "events.k8s.io": ("events", ""),
            "scheduling.k8s.io": ("", "priorityclasses"),
            "storage.k8s.io": (
                "csistoragecapacities",
                "csidrivers csinodes storageclasses volumeattachments:status",
            ),
            "node.k8s.io": ("", "runtimeclasses"),
            "certificates.k8s.io": ("", "certificatesigningrequests:approval,status"),
            "admissionregistration.k8s.io": (
                "",
                "mutatingwebhookconfigurations validatingadmissionpolicies:status validatingadmissionpolicybindings "
                "validatingwebhookconfigurations",
            ),
            "apiextensions.k8s.io": ("", "customresourcedefinitions:status"),
            "apiregistration.k8s.io": ("", "apiservices:status"),
            "authentication.k8s.io": ("", "selfsubjectreviews tokenreviews"),
            "authorization.k8s.io": (
                "localsubjectaccessreviews",
                "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews",
            ),
        }
    )
)

"""What a workload's service account may ask of the API server: a Role of the product's namespace, and for kinds of the whole
cluster a ClusterRole, whose name says whose it is.

Source: Kubernetes, "Using RBAC Authorization".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cdk8s_plus_27 import k8s

from twinstack.environment import ClusterRight, WorkloadSpec
from twinstack.kubernetes.room import Room


def grant_rights(workload: Room[Any]) -> None:
    """Makes the roles of a workload's `cluster_rights`, each bound to its service account; nothing where there are none."""
    spec: WorkloadSpec = workload.spec
    own = [one for one in spec.cluster_rights if not one.cluster_wide]
    if own:
        metadata = workload.metadata(spec.kubernetes_name)
        k8s.KubeRole(workload, "role", metadata=metadata, rules=_rules(own))
        k8s.KubeRoleBinding(
            workload,
            "role-binding",
            metadata=metadata,
            role_ref=k8s.RoleRef(api_group=RBAC, kind="Role", name=spec.kubernetes_name),
            subjects=[_account(spec)],
        )
    if wide := [one for one in spec.cluster_rights if one.cluster_wide]:
        name = f"{spec.environment.stack_id}-{spec.key.replace('_', '-')}"
        metadata = k8s.ObjectMeta(name=name, labels=workload.common_labels)
        k8s.KubeClusterRole(workload, "cluster-role", metadata=metadata, rules=_rules(wide))
        k8s.KubeClusterRoleBinding(
            workload,
            "cluster-role-binding",
            metadata=metadata,
            role_ref=k8s.RoleRef(api_group=RBAC, kind="ClusterRole", name=name),
            subjects=[_account(spec)],
        )


def _account(spec: WorkloadSpec) -> k8s.Subject:
    return k8s.Subject(kind="ServiceAccount", name=spec.service_account, namespace=spec.context.namespace)


def _rules(rights: Iterable[ClusterRight]) -> list[k8s.PolicyRule]:
    return [
        k8s.PolicyRule(
            api_groups=[group],
            resources=resources,
            verbs=[str(verb) for verb in dict.fromkeys(one.verbs)],
            resource_names=list(dict.fromkeys(one.names)) or None,
        )
        for one in rights
        for group, resources in one.resources.items()
    ]


RBAC = "rbac.authorization.k8s.io"

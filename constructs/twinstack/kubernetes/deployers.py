"""What whoever releases the product may do: everything to the kinds of its namespace, and nothing outside it.

Sources: Kubernetes, "Using RBAC Authorization"; Amazon EKS User Guide, "Create access entries" (groups of an entry).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from twinstack.delivery.lease_object import lease_name
from twinstack.environment import ClusterPlan, Environment
from twinstack.kubernetes.labels import product_labels

Manifest = dict[str, Any]


def deployer_access(environment: Environment, manifests: Iterable[Manifest]) -> list[Manifest]:
    """A Role for the kinds that the product has and those that the library makes, bound to the cluster's group of those who
    deploy; and where a pipeline plans, one that may look at the same kinds, bound to the group of those who only read.

    ConfigMaps are the product's own and the records of its releases, which are written anew when a release ends; one
    Lease, by its name, keeps two from deploying at once. None where nobody is in the group. A kind that nobody had before
    needs an administrator once: RBAC lets nobody give themselves more. There is no verb on Secrets, and none that opens a
    shell in a pod; but who may make pods may let one read whatever the namespace's service accounts and Secrets give.
    """
    cluster = environment.find(ClusterPlan)
    if cluster is None:
        return []
    namespace = environment.context.namespace
    kinds = {*LIBRARYS_KINDS, *(_resource(one) for one in manifests if not is_administrators(one, namespace))}
    by_group: dict[str, list[str]] = {}
    for api_group, resource in sorted(kinds):
        by_group.setdefault(api_group, []).append(resource)
    access: list[Manifest] = []
    if cluster.deployer_group is not None:
        rules = [_rule(one, resources, CHANGE) for one, resources in by_group.items()]
        rules += [_rule(one, resources, READ) for one, resources in WATCHED.items()]
        access += _bound(environment, "deployers", cluster.deployer_group, [*rules, *_of_a_release(environment)])
    if cluster.reader_group is not None:
        rules = [_rule(one, resources, READ) for one, resources in (*by_group.items(), *WATCHED.items())]
        access += _bound(environment, "readers", cluster.reader_group, rules)
    return access


def _of_a_release(environment: Environment) -> list[Manifest]:
    lease = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"]}
    return [
        _rule("", ["pods/log"], ["get"]),
        _rule("", ["configmaps"], ["update"]),
        # Who may create is asked before there is a name.
        {**lease, "verbs": ["create"]},
        {**lease, "resourceNames": [lease_name(environment.stack_id)], "verbs": ["get", "update"]},
    ]


def _rule(api_group: str, resources: Iterable[str], verbs: Iterable[str]) -> Manifest:
    return {"apiGroups": [api_group], "resources": list(resources), "verbs": list(verbs)}


def _bound(environment: Environment, purpose: str, group: str, rules: list[Manifest]) -> list[Manifest]:
    """A Role of the product's namespace, and what binds the group to it."""
    name = f"{environment.product}-{purpose}"
    namespace = environment.context.namespace
    metadata = {"name": name, "namespace": namespace, "labels": product_labels(environment, "namespace")}
    api = f"{RBAC}/v1"
    return [
        {"apiVersion": api, "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": api,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
            "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
        },
    ]


def is_administrators(manifest: Manifest, namespace: str) -> bool:
    """Whether it takes an administrator: what is not in the product's namespace, and who may do what in it."""
    return manifest["metadata"].get("namespace") != namespace or manifest["apiVersion"].startswith(f"{RBAC}/")


def _resource(manifest: Manifest) -> tuple[str, str]:
    """API group and plural, by the rule that kubectl guesses by (k8s.io/apimachinery, `UnsafeGuessKindToResource`)."""
    api_group, _, version = manifest["apiVersion"].rpartition("/")
    kind = manifest["kind"].lower()
    plural = f"{kind}es" if kind.endswith("s") else f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    return (api_group, plural) if version else ("", plural)


RBAC: Final = "rbac.authorization.k8s.io"
CHANGE: Final = ("get", "list", "watch", "create", "patch", "delete")
"""A server-side apply is a patch, and a create too where there is nothing yet."""
READ: Final = ("get", "list", "watch")
WATCHED: Final = {"": ("events", "pods"), "apps": ("replicasets",)}
"""What says how a release goes."""
LIBRARYS_KINDS: Final = (
    ("", "configmaps"),
    ("", "serviceaccounts"),
    ("", "services"),
    ("apps", "deployments"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
    ("networking.k8s.io", "ingresses"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
    ("secrets-store.csi.x-k8s.io", "secretproviderclasses"),
)
"""What a next release may be the first to hold, without an administrator."""

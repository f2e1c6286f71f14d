"""Which change has to wait for which: the order of a release, read from what its objects say of each other.

| object | goes after | until that is |
|---|---|---|
| whatever lies in a namespace | the Namespace | applied |
| a custom resource | its definition | established |
| what makes pods | the configuration, secrets, volumes, accounts and priorities its pods name | applied |
| what makes pods | the policies, budgets and quotas of its namespace | applied |
| what runs on (Deployment, StatefulSet, DaemonSet, CronJob) | the Jobs of its namespace: migrations | complete |
| a Job that runs after a release | everything else of its namespace | ready |
| HorizontalPodAutoscaler, ScaledObject | what it scales, and what it shows to be let in | applied |
| Ingress, HTTPRoute, webhook | the Services it names, and what makes the pods behind these | applied |
| binding of rights | the role and the accounts it names | applied |
| IngressClass, Gateway, HTTPRoute | its parameters, its class and parameters, its Gateway and policies | applied |

Everything else goes at once, side by side. An Ingress does not wait for ready pods: a load balancer's controller puts
readiness gates on pods that an Ingress leads to, and takes minutes itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from twinstack.delivery.after import runs_after
from twinstack.delivery.autoscalers import API_VERSIONS, target_of
from twinstack.delivery.changes import Change
from twinstack.delivery.fields import value
from twinstack.delivery.manifest import Identity, Manifest
from twinstack.delivery.references import pod_template, referred_names, selects, service_names

Needs = Mapping[Identity, bool]
"""What has to stand before, and whether it has to be ready, and not only applied."""


class ChangeGraph:
    """The changes of a release, and what each has to wait for. Only objects of the release count."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = {one.identity: one for one in changes if one.manifest is not None}
        self._manifests = {one.identity: one.manifest for one in changes if one.manifest is not None}
        self._needs = {identity: dict(self._of(manifest)) for identity, manifest in self._manifests.items()}

    def needs(self, identity: Identity) -> Needs:
        """What this object has to wait for."""
        return self._needs[identity]

    def unblocked(
        self, begun: Collection[Identity], applied: Collection[Identity], ready: Collection[Identity]
    ) -> list[Change]:
        """The changes that nothing blocks any more, in the order of the release; none that have begun."""
        return [
            change
            for identity, change in self._changes.items()
            if identity not in begun
            and all(one in (ready if wholly else applied) for one, wholly in self._needs[identity].items())
        ]

    def gates(self) -> frozenset[Identity]:
        """What others wait for until it is ready."""
        return frozenset(one for needs in self._needs.values() for one, wholly in needs.items() if wholly)

    def circle(self, begun: Collection[Identity], blocked: Collection[Identity]) -> Change | None:
        """The first of several that wait for each other, and for nothing else; None where there is no such circle."""
        left = [one for one in self._changes.values() if one.identity not in begun and one.identity not in blocked]
        return left[0] if left else None

    def _of(self, manifest: Manifest) -> Iterator[tuple[Identity, bool]]:
        for other, wholly in self._wanted(manifest):
            if other in self._manifests and other != manifest.identity:
                yield other, wholly

    def _wanted(self, manifest: Manifest) -> Iterator[tuple[Identity, bool]]:
        identity, data = manifest.identity, manifest.data
        if identity.namespace:
            yield Identity("", "Namespace", "", identity.namespace), False
        for other in self._manifests.values():
            if other.kind == "CustomResourceDefinition" and (
                value(other.data, "spec", "group"),
                value(other.data, "spec", "names", "kind"),
            ) == (identity.group, identity.kind):
                yield other.identity, True
        if pod_template(data) is not None:
            yield from self._before_pods(manifest)
        if identity.kind in API_VERSIONS:
            yield target_of(data), False
        if identity.kind.endswith("Route"):
            yield from self._over(identity)
        for namespace, name in service_names(data):
            yield from self._behind(Identity("", "Service", namespace or identity.namespace, name))
        yield from ((one, False) for one in _named(manifest))

    def _over(self, route: Identity) -> Iterator[tuple[Identity, bool]]:
        """The policies of a route: who may come in is said before anybody does."""
        for other, found in self._manifests.items():
            targets = value(found.data, "spec", "targetRefs") or ()
            if other.namespace == route.namespace and any(
                (one.get("kind"), one.get("name")) == (route.kind, route.name) for one in targets
            ):
                yield other, False

    def _before_pods(self, manifest: Manifest) -> Iterator[tuple[Identity, bool]]:
        identity = manifest.identity
        for group, kind, name in referred_names(manifest.data):
            yield Identity(group, kind, "" if kind in _CLUSTER_WIDE else identity.namespace, name), False
        comes_last = runs_after(manifest.data)
        for other, found in self._manifests.items():
            if other.namespace != identity.namespace or runs_after(found.data):
                continue
            if other.kind in _GUARDS and not comes_last:
                yield other, False
            if comes_last or (other.kind == "Job" and identity.kind in _RUNS_ON):
                yield other, True

    def _behind(self, service: Identity) -> Iterator[tuple[Identity, bool]]:
        yield service, False
        found = self._manifests.get(service)
        if found is not None:
            for other in self._manifests.values():
                if other.namespace == service.namespace and selects(found.data, other.data):
                    yield other.identity, False


def _named(manifest: Manifest) -> Iterator[Identity]:
    """What bindings, classes and routes name."""
    data, identity = manifest.data, manifest.identity
    references: list[Mapping[str, Any]] = [
        *(data.get("subjects") or ()),
        *([data["roleRef"]] if data.get("roleRef") else []),
        *(
            [value(data, "spec", "parameters")]
            if identity.kind == "IngressClass" and value(data, "spec", "parameters")
            else []
        ),
        *(value(data, "spec", "parentRefs") or () if identity.kind.endswith("Route") else ()),
        *_of_gateways(data),
        *(
            {"kind": "TriggerAuthentication", **one["authenticationRef"]}
            for one in (value(data, "spec", "triggers") or () if identity.kind == "ScaledObject" else ())
            if one.get("authenticationRef")
        ),
    ]
    for one in references:
        kind = one.get("kind") or "Gateway"
        group = one.get("apiGroup") or one.get("group") or _GROUPS.get(kind, "")
        namespace = "" if kind in _CLUSTER_WIDE else one.get("namespace") or identity.namespace
        yield Identity(group, kind, namespace, one.get("name", ""))
    if identity.kind == "Ingress" and value(data, "spec", "ingressClassName"):
        yield Identity("networking.k8s.io", "IngressClass", "", value(data, "spec", "ingressClassName"))


def _of_gateways(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A Gateway's class, its or its class's parameters, and what a route's filters name."""
    for place in (("infrastructure", "parametersRef"), ("parametersRef",)):
        if data["kind"] in {"Gateway", "GatewayClass"} and (found := value(data, "spec", *place)):
            yield found
    if data["kind"] == "Gateway" and (name := value(data, "spec", "gatewayClassName")):
        yield {"kind": "GatewayClass", "name": name}
    if data["kind"].endswith("Route"):
        filters = (one for rule in value(data, "spec", "rules") or () for one in rule.get("filters") or ())
        yield from (one["extensionRef"] for one in filters if one.get("extensionRef"))


_GUARDS: Final = frozenset({"NetworkPolicy", "PodDisruptionBudget", "ResourceQuota", "LimitRange"})
_RUNS_ON: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})
_CLUSTER_WIDE: Final = frozenset(
    {
        "ClusterRole",
        "ClusterTriggerAuthentication",
        "GatewayClass",
        "IngressClassParams",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
    }
)
_GROUPS: Final = {
    "Gateway": "gateway.networking.k8s.io",
    "GatewayClass": "gateway.networking.k8s.io",
    "Role": "rbac.authorization.k8s.io",
    "ClusterRole": "rbac.authorization.k8s.io",
    "TriggerAuthentication": "keda.sh",
    "ClusterTriggerAuthentication": "keda.sh",
}

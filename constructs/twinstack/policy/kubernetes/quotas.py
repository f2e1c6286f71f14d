"""Quotas and limits of a namespace: whether all its pods fit at their most, new ones of a rollout counted in.

Sources: Kubernetes documentation, "Resource Quotas", "Limit Ranges", "Sidecar Containers" (what a pod asks for).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Container,
    Data,
    Object,
    Objects,
    Pods,
    mapping,
    mappings,
    number,
    reach,
    share,
    text,
    texts,
)
from twinstack.policy.kubernetes.quantities import amount, resources_of
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "over-quota",
    "the namespace's quota is too small for its pods",
    "raise the quota, or lower requests or the most replicas",
)
def over_quota(objects: Objects) -> Iterator[Fault]:
    """Pods that together ask for more than their namespace may have: the last of them never run."""
    for quota in objects.of("ResourceQuota"):
        counted = [one for one in objects.pods if one.namespace == quota.namespace and _in_scope(quota, one)]
        for name, given in mapping(quota.spec, "hard").items():
            most = amount(given)
            if most is None:
                yield quota.fault(f"spec.hard[{name}]", given, "a quantity")
                continue
            wanted = _wanted(objects, quota.namespace, str(name), counted)
            if wanted > most:
                allowed = f"{_plain(wanted)} or more, or fewer replicas"
                yield quota.fault(
                    f"spec.hard[{name}]", f"{given}, and at their most they take {_plain(wanted)}", allowed
                )


@RULES(
    "refused-by-quota",
    "a pod says nothing of what the quota counts",
    "set the request or limit, or a default in a LimitRange",
)
def refused_by_quota(objects: Objects) -> Iterator[Fault]:
    """A pod without the request or limit that a quota of its namespace counts: it is refused."""
    for quota in objects.of("ResourceQuota"):
        if texts(quota.spec, "scopes") == ["BestEffort"]:
            continue
        for name in mapping(quota.spec, "hard"):
            kind, resource = _resource(str(name))
            if resource not in {"cpu", "memory"}:
                continue
            defaults = _defaults(objects, quota.namespace)
            for pods in objects.pods:
                if pods.namespace != quota.namespace or not _in_scope(quota, pods):
                    continue
                if reach(pods.spec, "resources", kind, resource) is not None:
                    continue
                for container in pods.containers:
                    if resources_of(container, resource, kind, defaults) is None:
                        yield pods.owner.fault(
                            f"{container.path}.resources.{kind}.{resource}", f"none, and {quota.title} counts it", "one"
                        )


@RULES(
    "outside-limit-range", "a LimitRange does not allow these resources", "keep them inside, or change the LimitRange"
)
def outside_limit_range(objects: Objects) -> Iterator[Fault]:
    """A container, pod or claim outside what a LimitRange of its namespace allows: it is refused."""
    for limits in objects.of("LimitRange"):
        for item in mappings(limits.spec, "limits"):
            yield from _own_contradictions(limits, item)
            for pods in objects.pods:
                if pods.namespace != limits.namespace:
                    continue
                if item.get("type") == "Container":
                    for container in pods.containers:
                        yield from _outside(pods.owner, container, item, limits)
                elif item.get("type") == "Pod":
                    for name, given in mapping(item, "max").items():
                        most, asked = amount(given), _of_pod(pods, str(name), "limits", item)
                        if most is not None and asked > most:
                            path = f"{pods.path}.containers.resources.limits.{name}"
                            yield pods.owner.fault(path, f"{_plain(asked)} together", f"{given} ({limits.title})")
            if item.get("type") == "PersistentVolumeClaim":
                for claim in objects.of("PersistentVolumeClaim"):
                    size = amount(reach(claim.spec, "resources", "requests", "storage"))
                    low, high = (amount(mapping(item, one).get("storage")) for one in ("min", "max"))
                    if claim.namespace != limits.namespace or size is None:
                        continue
                    if (high is not None and size > high) or (low is not None and size < low):
                        yield claim.fault("spec.resources.requests.storage", _plain(size), f"that of {limits.title}")


def _outside(owner: Object, container: Container, item: Data, limits: Object) -> Iterator[Fault]:
    for bound in ("min", "max"):
        for name, given in mapping(item, bound).items():
            edge = amount(given)
            # A LimitRange with a maximum and no default gives the maximum to whoever says nothing.
            asked = [resources_of(container, str(name), kind, item) for kind in ("requests", "limits")]
            found = asked[0] if bound == "min" else asked[1]
            if edge is None or found is None:
                continue
            if (bound == "min" and found < edge) or (bound == "max" and found > edge):
                path = f"{container.path}.resources.{'requests' if bound == 'min' else 'limits'}.{name}"
                yield owner.fault(path, _plain(found), f"{bound} {given} ({limits.title})")
    for name, given in mapping(item, "maxLimitRequestRatio").items():
        ratio = amount(given)
        least, most = (resources_of(container, str(name), kind, item) for kind in ("requests", "limits"))
        if ratio and least and most and most / least > ratio:
            path = f"{container.path}.resources.limits.{name}"
            yield owner.fault(path, f"{_plain(most / least)} times the request", f"{given} times ({limits.title})")


def _own_contradictions(limits: Object, item: Data) -> Iterator[Fault]:
    order = ("min", "defaultRequest", "default", "max")
    for name in {name for bound in order for name in mapping(item, bound)}:
        known = [(bound, found) for bound in order if (found := amount(mapping(item, bound).get(name))) is not None]
        for (low, small), (high, large) in itertools.pairwise(known):
            if small > large:
                yield limits.fault(
                    "spec.limits", f"{low} {name} {_plain(small)}, {high} {_plain(large)}", "not above it"
                )


def _wanted(objects: Objects, namespace: str, name: str, counted: list[Pods]) -> Decimal:
    if name == "pods" or name == "count/pods":
        return Decimal(sum(_at_most(objects, one) for one in counted))
    kind, resource = _resource(name)
    if (resource in {"cpu", "memory", "ephemeral-storage"} or "/" in resource) and not name.startswith("count/"):
        defaults = _defaults(objects, namespace)
        return sum((_at_most(objects, one) * _of_pod(one, resource, kind, defaults) for one in counted), Decimal(0))
    return Decimal(sum(1 for one in objects.of(_COUNTED.get(name, "")) if one.namespace == namespace))


def _resource(name: str) -> tuple[str, str]:
    kind, _, resource = name.partition(".")
    return (kind, resource) if kind in {"requests", "limits"} else ("requests", name)


def _of_pod(pods: Pods, resource: str, kind: str, defaults: Data) -> Decimal:
    """What the scheduler counts: the containers that stay, or the largest step before them, whichever is more."""
    whole = amount(reach(pods.spec, "resources", kind, resource))
    if whole is not None:
        return whole
    sidecars, largest = Decimal(0), Decimal(0)
    for one in pods.containers:
        asked = resources_of(one, resource, kind, defaults) or Decimal(0)
        if one.first and one.stays:
            sidecars += asked
            largest = max(largest, sidecars)
        elif one.first:
            largest = max(largest, sidecars + asked)
    staying = [one for one in pods.containers if not one.first]
    together = sum((resources_of(one, resource, kind, defaults) or Decimal(0) for one in staying), sidecars)
    return max(together, largest) + (amount(mapping(pods.spec, "overhead").get(resource)) or Decimal(0))


def _at_most(objects: Objects, pods: Pods) -> int:
    """How many of these pods there are at once at the worst moment: all replicas and, in a rollout, the new ones."""
    owner = pods.owner
    if owner.kind == "Job":
        return number(owner.spec.get("parallelism"), 1)
    if owner.kind == "CronJob":
        return number(reach(owner.spec, "jobTemplate", "spec", "parallelism"), 1)
    most = objects.replicas(owner)[1]
    if owner.kind != "Deployment" or text(owner.spec, "strategy", "type") == "Recreate":
        return most
    return most + share(mapping(owner.spec, "strategy", "rollingUpdate").get("maxSurge", "25%"), most, 1, up=True)


def _defaults(objects: Objects, namespace: str) -> Data:
    for limits in objects.of("LimitRange"):
        for item in mappings(limits.spec, "limits"):
            if limits.namespace == namespace and item.get("type") == "Container":
                return {
                    "default": {**mapping(item, "max"), **mapping(item, "default")},
                    "defaultRequest": {**mapping(item, "min"), **mapping(item, "defaultRequest")},
                }
    return {}


def _in_scope(quota: Object, pods: Pods) -> bool:
    scopes = set(texts(quota.spec, "scopes"))
    ends = "activeDeadlineSeconds" in {**pods.spec, **(pods.owner.spec if pods.owner.kind == "Job" else {})}
    asks = any(mapping(one.data, "resources") for one in pods.containers)
    if ("Terminating" in scopes and not ends) or ("NotTerminating" in scopes and ends):
        return False
    if ("BestEffort" in scopes and asks) or ("NotBestEffort" in scopes and not asks):
        return False
    for one in mappings(quota.spec, "scopeSelector", "matchExpressions"):
        by_priority = one.get("scopeName") == "PriorityClass" and one.get("operator") == "In"
        if by_priority and text(pods.spec, "priorityClassName") not in texts(one, "values"):
            return False
    return True


def _plain(value: Decimal) -> str:
    for unit in ("Gi", "Mi"):
        size = Decimal(2) ** (30 if unit == "Gi" else 20)
        if value >= size and value % size == 0:
            return f"{value / size:f}{unit}"
    return f"{round(value, 3).normalize():f}"


_COUNTED: Final = {
    "services": "Service",
    "configmaps": "ConfigMap",
    "secrets": "Secret",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "count/services": "Service",
    "count/configmaps": "ConfigMap",
    "count/secrets": "Secret",
    "count/deployments.apps": "Deployment",
    "count/statefulsets.apps": "StatefulSet",
    "count/jobs.batch": "Job",
    "count/cronjobs.batch": "CronJob",
    "count/ingresses.networking.k8s.io": "Ingress",
    "count/persistentvolumeclaims": "PersistentVolumeClaim",
}

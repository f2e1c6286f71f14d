"""What Kubernetes' objects make AWS charge for: load balancers, volumes, and the machines that pods need."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from twinstack.cost.infrastructure import balancer
from twinstack.cost.line import Line, by_use, fixed, unknown
from twinstack.environment.quantities import cpu_millis, memory_bytes
from twinstack.facts.prices import price_of
from twinstack.policy.kubernetes.objects import Object, Objects, mapping, mappings, pods_of, text


def lines_of_objects(manifests: Sequence[Any], region: str) -> Iterator[Line]:
    """The lines of every object that costs something, or may; last what all pods together ask of the nodes."""
    objects = Objects.of_documents(manifests)
    yield from _balancers(objects, region)
    shared = {one.name for one in objects.of("StorageClass") if text(one.data, "provisioner") == EFS}
    for one in objects.all:
        yield from _volumes(one, shared, region)
    yield from _pods(objects)


def _balancers(objects: Objects, region: str) -> Iterator[Line]:
    classes = {one.name: text(one.spec, "controller") for one in objects.of("IngressClass")}
    seen: set[str] = set()
    for one in objects.of("Ingress"):
        name = text(one.spec, "ingressClassName")
        if "alb" in classes.get(name, name) and name not in seen:
            seen.add(name)  # those of one class share its group, and one load balancer
            yield from balancer(one.title, region)
    for one in objects.of("Service"):
        if text(one.spec, "type") == "LoadBalancer":
            yield from balancer(one.title, region, "network")
    controllers = {one.name: text(one.spec, "controllerName") for one in objects.of("GatewayClass")}
    for one in objects.of("Gateway"):
        kind = OF_GATEWAYS.get(controllers.get(text(one.spec, "gatewayClassName"), ""))
        if kind is None:
            yield unknown(one.title, "load balancer of a gateway", "whose controller decides which it is")
        else:
            yield from balancer(one.title, region, kind)


def _volumes(one: Object, shared: Collection[str], region: str) -> Iterator[Line]:
    """Disks. What lies in a shared file system is charged with that, whatever size its claim says."""
    claims = [one.data] if one.kind == "PersistentVolumeClaim" else mappings(one.spec, "volumeClaimTemplates")
    count = int(one.spec.get("replicas", 1)) if one.kind == "StatefulSet" else 1
    for claim in claims:
        if text(claim, "spec", "storageClassName") in shared:
            continue
        size = memory_bytes(text(claim, "spec", "resources", "requests", "storage") or "0Gi") / GIB
        what = f"{count} volumes of {size:g} GiB" if count > 1 else f"volume of {size:g} GiB"
        price = price_of("ebs", "gp3", region)
        yield fixed(one.title, what, size * count, "GiB-month", price, "as gp3, unless its class says otherwise")


def _pods(objects: Objects) -> Iterator[Line]:
    """What the nodes have to hold, at least and at most: it is not charged itself."""
    least, most = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for one in objects.all:
        pods = pods_of(one)
        if pods is None or one.kind in PASSING:
            continue
        asked = [mapping(each, "resources", "requests") for each in mappings(pods.spec, "containers")]
        cores = sum(cpu_millis(text(each, "cpu") or "0m") for each in asked) / 1000
        memory = sum(memory_bytes(text(each, "memory") or "0Mi") for each in asked) / GIB
        for total, count in zip((least, most), objects.replicas(one), strict=True):
            for index, size in enumerate((1, cores, memory)):
                total[index] += count * size
    if most[0]:
        what = f"{_range(least[0], most[0])} pods: {_range(least[1], most[1])} vCPU, {_range(least[2], most[2])} GiB"
        yield by_use("pods", what, "machine-hour", None, "what the nodes have to hold, beside what each node runs")


def _range(least: float, most: float) -> str:
    return f"{least:.3g}" if least == most else f"{least:.3g} to {most:.3g}"


OF_GATEWAYS: Final = {
    "eks.amazonaws.com/gateway-alb": "application",
    "gateway.k8s.aws/alb": "application",
    "gateway.k8s.aws/nlb": "network",
    "gateway.envoyproxy.io/gatewayclass-controller": "network",
}
"""What stands before the Gateways of a controller: of Envoy's, its Service."""
EFS: Final = "efs.csi.aws.com"
GIB: Final = 1024**3
PASSING: Final = frozenset({"CronJob", "DaemonSet", "Job"})
"""What runs and ends, or on each node."""

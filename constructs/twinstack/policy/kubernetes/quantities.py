"""Kubernetes quantities as a manifest may write them, for comparing and for adding up.

Source: Kubernetes API conventions, "Quantities"; apimachinery's resource.Quantity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Container, Data, Objects, Pods, mapping, reach
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


def amount(given: Any) -> Decimal | None:
    """What a quantity comes to: `250m` is 0.25, `1Gi` is 1073741824; None for what is none."""
    if isinstance(given, bool) or given is None:
        return None
    match = _QUANTITY.fullmatch(str(given))
    if match is None:
        return None
    suffix = match[2]
    if suffix[:1] in {"e", "E"} and len(suffix) > 1 and suffix[1:].lstrip("+-").isdigit():
        return Decimal(match[1]).scaleb(int(suffix[1:]))
    return Decimal(match[1]) * _SUFFIXES[suffix]


@RULES(
    "quantity-is-none",
    "a quantity is none, or not what was meant",
    "write it with its unit: 250m of CPU, 256Mi of memory",
)
def quantity_is_none(objects: Objects) -> Iterator[Fault]:
    """A quantity that Kubernetes cannot read, or that nobody means: memory in thousandths of a byte, say."""
    for pods in objects.pods:
        for path, name, given in _quantities(pods):
            found = amount(given)
            if found is None or found < 0:
                yield pods.owner.fault(path, given, "a quantity such as 250m or 256Mi")
            elif _is_bytes(name) and str(given).endswith("m"):
                yield pods.owner.fault(path, f"{given}, which is {found} bytes", f"{str(given)[:-1]}M or Mi")
            elif _is_bytes(name) and 0 < found < _LEAST_MEMORY:
                yield pods.owner.fault(path, f"{given}, which is {found} bytes", "with its unit, such as 256Mi")
            elif name == "cpu" and found >= _MOST_CPU:
                yield pods.owner.fault(path, f"{given}, which is {found} cores", f"{given}m")


@RULES("request-over-limit", "a request is over its limit", "lower the request or raise the limit", severity="error")
def request_over_limit(objects: Objects) -> Iterator[Fault]:
    """A request over its limit, or a whole device asked for in two different numbers."""
    for pods in objects.pods:
        for path, resources in _all_resources(pods):
            limits = mapping(resources, "limits")
            for name, given in mapping(resources, "requests").items():
                asked, most = amount(given), amount(limits.get(name))
                if asked is not None and most is not None and asked > most:
                    yield pods.owner.fault(f"{path}.requests.{name}", f"{given}, limit {limits[name]}", "at most that")
                elif "/" in str(name) and asked != most:
                    yield pods.owner.fault(f"{path}.requests.{name}", f"{given}, limit {limits.get(name)}", "the same")
            for name in limits:
                if "/" in str(name) and (value := amount(limits[name])) is not None and value != int(value):
                    yield pods.owner.fault(f"{path}.limits.{name}", limits[name], "whole devices")


def resources_of(container: Container, name: str, kind: str, defaults: Data) -> Decimal | None:
    """What a container asks for (`requests`) or may use (`limits`), a LimitRange's defaults counted in."""
    given = reach(container.data, "resources", kind, name)
    if given is None and kind == "requests":
        given = reach(container.data, "resources", "limits", name)
    if given is None:
        given = mapping(defaults, "default" if kind == "limits" else "defaultRequest").get(name)
    if given is None and kind == "requests":
        given = mapping(defaults, "default").get(name)
    return amount(given)


def _quantities(pods: Pods) -> Iterator[tuple[str, str, Any]]:
    for path, resources in _all_resources(pods):
        for kind in ("requests", "limits"):
            for name, given in mapping(resources, kind).items():
                yield f"{path}.{kind}.{name}", str(name), given
    for volume in pods.volumes:
        size = reach(volume, "emptyDir", "sizeLimit")
        if size is not None:
            yield f"{pods.path}.volumes[{volume.get('name')}].emptyDir.sizeLimit", "memory", size


def _all_resources(pods: Pods) -> Iterator[tuple[str, Data]]:
    yield f"{pods.path}.resources", mapping(pods.spec, "resources")
    for container in pods.containers:
        yield f"{container.path}.resources", mapping(container.data, "resources")


def _is_bytes(name: str) -> bool:
    return name in {"memory", "ephemeral-storage"}


_QUANTITY: Final = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))((?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?)")
_SUFFIXES: Final = {
    "": Decimal(1),
    **{unit: Decimal(10) ** power for unit, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)},
    **{f"{unit}i": Decimal(2) ** (10 * power) for power, unit in enumerate("KMGTPE", start=1)},
}
_LEAST_MEMORY: Final = 2**20
_MOST_CPU: Final = 256

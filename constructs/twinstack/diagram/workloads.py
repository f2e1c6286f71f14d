"""What runs, read from the manifests: each workload with its kind, its number of pods and its image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.diagram.drawing import Icon
from twinstack.environment.pod_template import pod_template_of
from twinstack.policy.kubernetes.objects import Object, Objects, chosen, mapping, mappings, text


@dataclass(frozen=True, slots=True)
class Running:
    """One workload."""

    app: str
    """The value of the label by which policies and services find its pods."""
    icon: Icon
    lines: tuple[str, ...]
    labels: Mapping[str, str]
    """All labels of its pods."""
    namespace: str
    service_account: str

    def is_selected(self, selector: Any, namespace: str) -> bool:
        """Whether a label selector of a namespace finds its pods."""
        return namespace == self.namespace and chosen(selector, self.labels)


def running(objects: Objects) -> list[Running]:
    """Every workload, in the order of the manifests, also of kinds that only the cluster knows."""
    return list(_running(objects))


def _running(objects: Objects) -> Iterator[Running]:
    served = [mapping(one.spec, "selector") for one in objects.of("Service")]
    for one in objects.all:
        template = pod_template_of(one.data)
        if template is None:
            continue
        labels, pod = mapping(template, "metadata", "labels"), mapping(template, "spec")
        is_served = any(chosen({"matchLabels": each}, labels) for each in served if each)
        yield Running(
            text(labels, "app") or text(labels, "app.kubernetes.io/name") or one.name,
            _icon(one.kind, is_served=is_served),
            (_how(one, objects), *_image(pod)),
            labels,
            one.namespace,
            text(pod, "serviceAccountName") or "default",
        )


def _icon(kind: str, *, is_served: bool) -> Icon:
    if kind == "CronJob":
        return Icon.CLOCK
    if kind == "Job":
        return Icon.JOB
    return Icon.SERVICE if is_served else Icon.WORKER


def _how(one: Object, objects: Objects) -> str:
    match one.kind:
        case "CronJob":
            return f"runs at {text(one.spec, 'schedule')}"
        case "Job":
            return "runs with each release"
        case "DaemonSet":
            return "a pod on each node"
    least, most = objects.replicas(one)
    if least != most:
        return f"{least} to {most} pods"
    return "1 pod" if most == 1 else f"{most} pods"


def _image(pod: Mapping[str, Any]) -> Iterator[str]:
    for container in mappings(pod, "containers")[:1]:
        yield text(container, "image").partition("@")[0].rsplit("/", 1)[-1]

"""What runs, read from the manifests: each workload with its kind, its number of pods and its image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twinstack.diagram.drawing import Icon
from twinstack.diagram.made import JsonObject, Made, name_of
from twinstack.environment.pod_template import pod_template_of


@dataclass(frozen=True, slots=True)
class Running:
    """One workload."""

    app: str
    """The value of the label by which policies and services find its pods."""
    icon: Icon
    lines: tuple[str, ...]
    labels: Mapping[str, str]
    """All labels of its pods."""
    service_account: str


def running(made: Made) -> list[Running]:
    """Every workload, in the order of the manifests."""
    return list(_running(made))


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a selector by labels finds pods with these: an empty one finds all. Expressions count as met."""
    wanted = selector.get("matchLabels", {}) if isinstance(selector, Mapping) else {}
    return all(labels.get(name) == value for name, value in (wanted or {}).items())


def _running(made: Made) -> Iterator[Running]:
    scalers = {
        str((one["spec"].get("scaleTargetRef") or {}).get("name")): one["spec"]
        for one in made.objects("HorizontalPodAutoscaler")
    }
    served = [one["spec"].get("selector") or {} for one in made.objects("Service")]
    for one in made.manifests:
        template = pod_template_of(one)
        if template is None:
            continue
        labels = (template.get("metadata") or {}).get("labels") or {}
        pod = template.get("spec") or {}
        is_served = any(selects({"matchLabels": each}, labels) for each in served if each)
        yield Running(
            str(labels.get("app") or labels.get("app.kubernetes.io/name") or name_of(one)),
            _icon(str(one.get("kind")), is_served=is_served),
            (*_how(one, scalers.get(name_of(one))), *_image(pod)),
            labels,
            str(pod.get("serviceAccountName", "default")),
        )


def _icon(kind: str, *, is_served: bool) -> Icon:
    if kind == "CronJob":
        return Icon.CLOCK
    if kind == "Job":
        return Icon.JOB
    return Icon.SERVICE if is_served else Icon.WORKER


def _how(one: JsonObject, scaler: JsonObject | None) -> Iterator[str]:
    spec = one.get("spec") or {}
    match one.get("kind"):
        case "CronJob":
            yield f"runs at {spec.get('schedule')}"
        case "Job":
            yield "runs with each release"
        case "DaemonSet":
            yield "a pod on each node"
        case _ if scaler:
            yield f"{scaler.get('minReplicas', 1)} to {scaler.get('maxReplicas')} pods"
        case _:
            count = spec.get("replicas", 1)
            yield "1 pod" if count == 1 else f"{count} pods"


def _image(pod: JsonObject) -> Iterator[str]:
    containers = pod.get("containers") or [{}]
    image = str(containers[0].get("image", ""))
    if image:
        yield image.partition("@")[0].rsplit("/", 1)[-1]

"""Where an object of Kubernetes has its pod template: one answer for whoever looks at pods, in every room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def pod_template_of(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The pod template of whatever makes pods: in `spec`, or in that of the Jobs a clock starts; a Pod is its own."""
    if manifest.get("kind") == "Pod":
        return manifest
    spec = manifest.get("spec")
    while isinstance(spec, Mapping):
        template = spec.get("template")
        pod = template.get("spec") if isinstance(template, Mapping) else None
        if isinstance(template, Mapping) and isinstance(pod, Mapping) and "containers" in pod:
            return template
        started = spec.get("jobTemplate")
        spec = started.get("spec") if isinstance(started, Mapping) else None
    return None

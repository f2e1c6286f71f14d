"""The labels every object carries, and the selector that tells one workload's pods from another's.

Source: Kubernetes, "Recommended Labels".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment import Environment, Spec, WorkloadSpec
from twinstack.labels import COMPONENT, INSTANCE, MANAGED_BY, OWNER, PART_OF, label_value


def product_labels(environment: Environment, component: str) -> dict[str, str]:
    """What everything of one deployment of the product has in common, and the part of it that this is."""
    return {
        COMPONENT: label_value(component),
        INSTANCE: label_value(environment.stack_id),
        MANAGED_BY: OWNER,
        PART_OF: label_value(environment.product),
    }


def workload_labels(spec: WorkloadSpec) -> dict[str, str]:
    """The labels of a workload's objects."""
    return {
        **selector(spec),
        "app.kubernetes.io/name": spec.kubernetes_name,
        **product_labels(spec.environment, spec.key),
    }


def pod_labels(spec: WorkloadSpec) -> dict[str, str]:
    """The labels of a workload's pods and of what keeps them: with the release, which no selector may name."""
    return {**workload_labels(spec), "app.kubernetes.io/version": label_value(_release(spec))}


def selector(spec: Spec) -> dict[str, str]:
    """What selects the workload's pods: the one label that never changes, because a selector cannot."""
    return {"app": spec.kubernetes_name}


def object_metadata(
    name: str, namespace: str | None, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> k8s.ObjectMeta:
    """Metadata with an explicit name. No namespace: an object of the whole cluster."""
    return k8s.ObjectMeta(name=name, namespace=namespace, labels=labels, annotations=annotations or None)


def _release(spec: WorkloadSpec) -> str:
    """Follows the image, so that a workload whose image is pinned is not restarted by each release of the product."""
    return spec.digest.removeprefix("sha256:")[:_SHORT_DIGEST] if spec.digest else spec.tag or spec.context.version


_SHORT_DIGEST: Final = 12

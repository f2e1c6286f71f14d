"""The classes that say whose pods come first. They are the whole cluster's, so their names say which environment they are of.

Source: Kubernetes, "Pod Priority and Preemption".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.priority import class_name
from twinstack.kubernetes.labels import object_metadata, product_labels

if TYPE_CHECKING:
    from twinstack.kubernetes.workloads import Workloads


def priority_class(chart: Workloads[Any], name: str, *, value: int, preempts: bool, description: str) -> str:
    """The name of a class, which is made once in a chart, however many workloads are of it."""
    if chart.node.try_find_child(name) is None:
        k8s.KubePriorityClass(
            chart,
            name,
            metadata=object_metadata(name, None, product_labels(chart.environment, "cluster")),
            value=value,
            preemption_policy=None if preempts else "Never",
            description=description,
        )
    return name


def own_class(chart: Workloads[Any], spec: WorkloadSpec) -> None:
    """Makes the class of a workload's pods, where it is the product's own."""
    priority = spec.priority
    if priority and priority.value is not None:
        priority_class(
            chart,
            class_name(chart.environment.stack_id, priority),
            value=priority.value,
            preempts=priority.preempts,
            description=f"Pods of {chart.environment.product} with the priority {priority.value}.",
        )


def priority_of(spec: WorkloadSpec) -> str | None:
    """The class that a workload's pods name; None where nothing is said of it."""
    return class_name(spec.environment.stack_id, spec.priority) if spec.priority else None

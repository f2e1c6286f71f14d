"""Room that is kept on the nodes for a workload's next replicas, by pods that do nothing and give it up.

Such a pod has a priority below every other's: the scheduler takes it away for whatever fits nowhere else, so that a new
replica starts on a node that is there; the pod itself then waits for the next node, which whoever adds nodes brings for
it. Sources, read on 29 November 2026: Kubernetes, "Overprovision Node Capacity For A Cluster" and "Pod Priority and
Preemption"; Cluster Autoscaler FAQ, "How does Cluster Autoscaler work with Pod Priority and Preemption?", by which no node
is added for a pod of a priority below -10.
"""

from __future__ import annotations

from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.delivery.readiness import KEEPS_ROOM
from twinstack.environment import Headroom, WorkloadSpec
from twinstack.environment.companions import pod_requests
from twinstack.environment.priority import HEADROOM_VALUE
from twinstack.kubernetes.container import STORAGE, unprivileged
from twinstack.kubernetes.labels import object_metadata, product_labels
from twinstack.kubernetes.placement import placed
from twinstack.kubernetes.priority import priority_class
from twinstack.kubernetes.quantity import number_or_percent, quantity
from twinstack.kubernetes.workload import Workload


def headroom(workload: Workload[Any]) -> k8s.KubeDeployment | None:
    """The Deployment of the pods that keep room for a workload's replicas, each as large as one; None where none is kept."""
    spec: WorkloadSpec = workload.spec
    if spec.headroom is None:
        return None
    name = f"{spec.kubernetes_name}-headroom"
    # Nothing of the workload's own labels: its Service and its policies would find these pods too.
    labels = {"app": name, "app.kubernetes.io/name": name, **product_labels(spec.environment, spec.key)}
    return k8s.KubeDeployment(
        workload,
        "headroom",
        metadata=object_metadata(name, workload.context.namespace, labels, {KEEPS_ROOM: spec.kubernetes_name}),
        spec=k8s.DeploymentSpec(
            replicas=spec.headroom.pods,
            selector=k8s.LabelSelector(match_labels={"app": name}),
            # They hold nothing, and a second one beside each would ask for room of its own.
            strategy=k8s.DeploymentStrategy(
                type="RollingUpdate",
                rolling_update=k8s.RollingUpdateDeployment(
                    max_unavailable=number_or_percent("100%"), max_surge=number_or_percent(0)
                ),
            ),
            revision_history_limit=0,
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels=labels), spec=_pod(workload, spec.headroom, labels["app"])
            ),
        ),
    )


def _pod(workload: Workload[Any], room: Headroom, app: str) -> k8s.PodSpec:
    spec: WorkloadSpec = workload.spec
    requests = pod_requests(spec.resources.requests, spec)
    size = {
        "cpu": quantity(requests.cpu),
        "memory": quantity(requests.memory),
        STORAGE: quantity(requests.ephemeral_storage),
    }
    return k8s.PodSpec(
        priority_class_name=_priority(workload),
        automount_service_account_token=False,
        enable_service_links=False,
        **placed(spec),
        termination_grace_period_seconds=0,
        security_context=k8s.PodSecurityContext(
            run_as_non_root=True,
            run_as_user=NOBODY,
            run_as_group=NOBODY,
            seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
        ),
        containers=[
            k8s.Container(
                name="room",
                image=room.image_reference,
                image_pull_policy="IfNotPresent",
                resources=k8s.ResourceRequirements(requests=size, limits=size),
                security_context=unprivileged(),
            )
        ],
        topology_spread_constraints=[
            k8s.TopologySpreadConstraint(
                topology_key="topology.kubernetes.io/zone",
                max_skew=1,
                when_unsatisfiable="ScheduleAnyway",
                label_selector=k8s.LabelSelector(match_labels={"app": app}),
            )
        ],
    )


def _priority(workload: Workload[Any]) -> str:
    """The class of all such pods of this environment."""
    chart = workload.chart
    return priority_class(
        chart,
        f"{chart.environment.stack_id}-headroom",
        value=HEADROOM_VALUE,
        preempts=False,
        description="Room for the next replicas: gives way to everything.",
    )


NOBODY: Final = 65535
"""The user of the image `pause`; another would do as well, for it reads and writes nothing."""

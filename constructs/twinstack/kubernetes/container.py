"""What every container of ours is given, whoever asks for it: no privileges, and its size."""

from __future__ import annotations

from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment.container import Resources
from twinstack.kubernetes.quantity import quantity


def unprivileged(user: int | None = None) -> k8s.SecurityContext:
    """What Pod Security `restricted` asks of a container, with a read-only root. `user`: another one than the pod's."""
    return k8s.SecurityContext(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        capabilities=k8s.Capabilities(drop=["ALL"]),
        run_as_user=user,
        run_as_group=user,
    )


def sized(resources: Resources, storage_limit: str) -> k8s.ResourceRequirements:
    """Its requests and limits; `storage_limit` is how much of the node's disk it may take."""
    requests, limits = resources.requests, resources.limits
    ceiling = {"memory": quantity(limits.memory), STORAGE: quantity(storage_limit)}
    if limits.cpu:
        ceiling["cpu"] = quantity(limits.cpu)
    floor = {
        "cpu": quantity(requests.cpu),
        "memory": quantity(requests.memory),
        STORAGE: quantity(requests.ephemeral_storage),
    }
    return k8s.ResourceRequirements(requests=floor, limits=ceiling)


STORAGE: Final = "ephemeral-storage"

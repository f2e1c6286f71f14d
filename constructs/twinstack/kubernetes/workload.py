"""What every workload's construct makes beside its pods: who they are, what they may reach, their secret values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.kubernetes.kept_volumes import claims
from twinstack.kubernetes.labels import workload_labels
from twinstack.kubernetes.mounted_files import mounted_files
from twinstack.kubernetes.network_policy import open_for
from twinstack.kubernetes.priority import own_class
from twinstack.kubernetes.rights import grant_rights
from twinstack.kubernetes.room import Room
from twinstack.kubernetes.secrets import secret_provider_class

if TYPE_CHECKING:
    from twinstack.kubernetes.workloads import Workloads

W = TypeVar("W", bound=WorkloadSpec)


class Workload(Room[W]):
    """The Kubernetes side of something that runs, without the thing itself, which a subclass makes.

    `ingress` says who may connect to its pods; nobody unless given.
    """

    def __init__(self, scope: Workloads[Any], spec: W, *, ingress: Iterable[k8s.NetworkPolicyIngressRule] = ()) -> None:
        super().__init__(scope, spec)
        own_class(scope, spec)
        self.service_account: k8s.KubeServiceAccount = k8s.KubeServiceAccount(
            self, "service-account", metadata=self.metadata(spec.service_account), automount_service_account_token=False
        )
        grant_rights(self)
        self.secret_provider_class: ApiObject | None = (
            secret_provider_class(self, spec) if spec.secret_variables else None
        )
        self.mounted_files: k8s.KubeConfigMap | None = mounted_files(self)
        self.kept_volumes: dict[str, k8s.KubePersistentVolumeClaim] = claims(self)
        self.network_policy: k8s.KubeNetworkPolicy = k8s.KubeNetworkPolicy(
            self, "network-policy", metadata=self.metadata(spec.kubernetes_name), spec=open_for(spec, ingress)
        )

    @property
    def common_labels(self) -> dict[str, str]:
        return workload_labels(self.spec)

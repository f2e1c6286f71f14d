"""The Kubernetes half: one chart with its namespace, its closed doors and its plain variables."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from cdk8s import ApiObject, Chart
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment import ClusterPlan, Context, Environment, Half, Ledger, Spec
from twinstack.kubernetes.companions import with_sidecars
from twinstack.kubernetes.kept_volumes import storage_class
from twinstack.kubernetes.labels import object_metadata, product_labels
from twinstack.kubernetes.network_policy import closed
from twinstack.kubernetes.node_pools import node_pools
from twinstack.kubernetes.patches import Patches

E = TypeVar("E", bound=Environment)
NEWEST: Final = "latest"


class Workloads(Chart, Generic[E]):
    """The manifests of one environment, `analytics-prod`. A product's subclass says what is built, room by room.

    Sources: Kubernetes, "Enforce Pod Security Standards with Namespace Labels"; Amazon EKS User Guide, "Use network
    policies with EKS Auto Mode".
    """

    def __init__(self, scope: Construct, environment: E) -> None:
        super().__init__(scope, environment.stack_id)
        self.environment = environment
        self.context: Context = environment.context
        self.patches: Patches = Patches()
        self.ledger: Ledger = Ledger(environment, Half.WORKLOADS)
        self.namespace_object: k8s.KubeNamespace = self._make_namespace()
        self.default_deny: k8s.KubeNetworkPolicy = k8s.KubeNetworkPolicy(
            self, "default-deny", metadata=self._metadata("default-deny", "namespace"), spec=closed()
        )
        self.config: k8s.KubeConfigMap | None = self._make_config() if environment.config else None
        self.files: k8s.KubeConfigMap | None = self._make_files() if environment.linked_files else None
        self.node_pools: dict[str, ApiObject] = node_pools(self)
        self.storage_class: k8s.KubeStorageClass | None = storage_class(self)
        self.policy_switch: k8s.KubeConfigMap | None = self._make_policy_switch()

    def enter(self, construct: type[Any], spec: Spec) -> None:
        """Notes that a construct builds a spec. Called by every room's construct.

        Raises ConstructionError for a second time, and for a spec of another environment.
        """
        self.ledger.enter(spec, construct)

    def label_namespace(self, name: str, value: str) -> None:
        """Adds a label to the namespace, for a controller that looks for it there."""
        self.namespace_object.metadata.add_label(name, value)

    def to_json(self) -> list[Any]:
        """Every manifest as it will be written, with what it was patched with. Raises ConstructionError for a patch that
        fits nowhere.
        """
        return self.patches.applied_to(with_sidecars(super().to_json(), self.environment))

    def close(self) -> None:
        """The last check before rendering. Raises ConstructionError for what was never built."""
        self.ledger.close()

    def _make_namespace(self) -> k8s.KubeNamespace:
        """What Pod Security enforces is pinned to the cluster's minor version, so that an upgrade of the control plane
        refuses no pod that ran before it; what it warns of and records is the newest, which is what is coming.
        """
        labels = product_labels(self.environment, "namespace")
        cluster = self.environment.find(ClusterPlan)
        pinned = f"v{cluster.kubernetes_version}" if cluster and cluster.kubernetes_version else NEWEST
        for mode, version in (("enforce", pinned), ("audit", NEWEST), ("warn", NEWEST)):
            labels[f"pod-security.kubernetes.io/{mode}"] = "restricted"
            labels[f"pod-security.kubernetes.io/{mode}-version"] = version
        return k8s.KubeNamespace(self, "namespace", metadata=object_metadata(self.context.namespace, None, labels))

    def _make_config(self) -> k8s.KubeConfigMap:
        return k8s.KubeConfigMap(
            self,
            "config",
            metadata=self._metadata(self.environment.config_name, "config"),
            data=dict(self.environment.config),
            immutable=True,  # another content has another name
        )

    def _make_files(self) -> k8s.KubeConfigMap:
        return k8s.KubeConfigMap(
            self,
            "files",
            metadata=self._metadata(self.environment.linked_files_name, "config"),
            data=dict(self.environment.linked_files),
            immutable=True,
        )

    def _make_policy_switch(self) -> k8s.KubeConfigMap | None:
        """Without it Auto Mode accepts network policies and enforces none. A shared cluster's is its owner's."""
        cluster = self.environment.find(ClusterPlan)
        if cluster is None or not (cluster.is_auto and cluster.is_own):
            return None
        return k8s.KubeConfigMap(
            self,
            "policy-switch",
            metadata=object_metadata("amazon-vpc-cni", "kube-system", product_labels(self.environment, "cluster")),
            data={"enable-network-policy-controller": "true"},
        )

    def _metadata(self, name: str, component: str) -> k8s.ObjectMeta:
        return object_metadata(name, self.context.namespace, product_labels(self.environment, component))

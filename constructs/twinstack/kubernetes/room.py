"""What every Kubernetes construct is: the workloads side of one spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment import Context, Spec
from twinstack.kubernetes.labels import object_metadata, product_labels

if TYPE_CHECKING:
    from twinstack.kubernetes.workloads import Workloads

P = TypeVar("P", bound=Spec)


class Room(Construct, Generic[P]):
    """The Kubernetes side of one spec. Its id in the tree is the spec's key; it is noted as built.

    Raises ConstructionError for a spec that was built before, or that belongs to another environment.
    """

    def __init__(self, scope: Workloads[Any], spec: P) -> None:
        scope.enter(type(self), spec)
        super().__init__(scope, spec.key)
        self.chart = scope
        self.spec = spec
        self.context: Context = spec.context

    @property
    def common_labels(self) -> dict[str, str]:
        """The labels of each object made here."""
        return product_labels(self.spec.environment, self.spec.key)

    def metadata(
        self, name: str, *, labels: Mapping[str, str] | None = None, annotations: Mapping[str, str] | None = None
    ) -> k8s.ObjectMeta:
        """The metadata of an object in the product's namespace; `labels` replace the common ones."""
        return object_metadata(name, self.context.namespace, labels or self.common_labels, annotations)

"""Rules over the Kubernetes half: pure functions over manifests, for one release and from one to the next."""

from twinstack.policy.kubernetes.catalogue import faults, faults_between
from twinstack.policy.kubernetes.objects import Fault
from twinstack.policy.kubernetes.rules import KubernetesRule

__all__ = ["Fault", "KubernetesRule", "faults", "faults_between"]

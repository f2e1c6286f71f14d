"""Rules over the Kubernetes half: pure functions over manifests, for one release and from one to the next."""

from twinstack.policy.kubernetes.catalogue import RULES, KubernetesRule, faults, faults_between
from twinstack.policy.kubernetes.objects import Fault

__all__ = ["RULES", "Fault", "KubernetesRule", "faults", "faults_between"]

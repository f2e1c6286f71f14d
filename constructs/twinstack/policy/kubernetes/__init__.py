"""Rules over the Kubernetes half: pure functions over manifests, for one release and from one to the next."""

from twinstack.policy.kubernetes.catalogue import faults, faults_between
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.rule import Fault, Rule

__all__ = ["Fault", "Objects", "Rule", "faults", "faults_between"]

"""What `twinstack doctor` looks at, a module for each place: tools, the account, the cluster, the registry, names."""

from twinstack.delivery.examination.check import Check, Finding, attempt, left_out
from twinstack.delivery.examination.examined import Examined

__all__ = ["Check", "Examined", "Finding", "attempt", "left_out"]

"""Rules over both halves' output, and the findings of scanners that are accepted with a reason."""

from twinstack.policy.accepted import Accepted
from twinstack.policy.rule import Fault, Rule, Rules

__all__ = ["Accepted", "Fault", "Rule", "Rules"]

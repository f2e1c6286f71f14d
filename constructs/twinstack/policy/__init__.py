"""Rules over both halves' output, and the findings of scanners that are accepted with a reason."""

from twinstack.policy.accepted import Accepted

__all__ = ["Accepted"]

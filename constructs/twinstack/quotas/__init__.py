"""What AWS takes of a whole stack: limits that no single resource can know of."""

from twinstack.quotas.inspection import advice, inspect

__all__ = ["advice", "inspect"]

"""How the outside reaches the workloads: host, routes, TLS, limits."""

from twinstack.edge.kind import EdgeKind
from twinstack.edge.rate_limit import RateLimit
from twinstack.edge.spec import EdgeSpec, Route

__all__ = ["EdgeKind", "EdgeSpec", "RateLimit", "Route"]

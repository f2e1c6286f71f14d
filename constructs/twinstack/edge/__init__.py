"""How the outside reaches the workloads: host, routes, TLS, limits."""

from twinstack.edge.spec import EdgeKind, EdgeSpec, RateLimit, Route

__all__ = ["EdgeKind", "EdgeSpec", "RateLimit", "Route"]

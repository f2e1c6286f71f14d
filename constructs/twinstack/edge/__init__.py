"""How the outside reaches the workloads: hosts, routes, TLS, limits."""

from twinstack.edge.certificate import Certificates
from twinstack.edge.host import OtherHost, Route
from twinstack.edge.kind import EdgeKind
from twinstack.edge.maintenance import Maintenance
from twinstack.edge.rate_limit import RateLimit
from twinstack.edge.spec import EdgeSpec

__all__ = ["Certificates", "EdgeKind", "EdgeSpec", "Maintenance", "OtherHost", "RateLimit", "Route"]

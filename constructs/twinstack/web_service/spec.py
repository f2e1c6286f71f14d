"""What a web service is described by."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment.container import Scale
from twinstack.environment.lifecycle import ServiceHealth
from twinstack.environment.links import Access, Offer, Reach, Variable
from twinstack.environment.metrics import MeasuredSpec
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.quantities import Port, VariableName
from twinstack.environment.spec import Half, ResourceSpec, WorkloadSpec
from twinstack.environment.stand_in import LocalRun, StandIn


class WebServiceSpec(MeasuredSpec, ResourceSpec):
    """A web service: Deployment, Service, autoscaler, disruption budget. Other workloads can link to it.

    Source: Kubernetes, "Pod lifecycle", "Horizontal Pod Autoscaling", "Specifying a disruption budget".
    """

    built_in: ClassVar[frozenset[Half]] = WorkloadSpec.built_in
    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)

    port: Annotated[Port, Field(json_schema_extra={"base_only": True})]
    """The port the container listens on."""
    health: Annotated[ServiceHealth, Field(json_schema_extra={"base_only": True})]
    """How its health is asked: the paths that answer for it, or another way."""
    scale: Scale
    """How many replicas run, and when one is added."""
    start_seconds: Annotated[int, Field(ge=5, le=600)] = 60
    """How long a start may take before the container is restarted."""
    drain_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    """How long a pod that is to stop goes on serving, while load balancers forget it."""
    stop_seconds: Annotated[int, Field(ge=5, le=3600)] = 30
    """How long the process may take to finish what it does, after that."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries its address to whoever links to it; `{FIELD}_URL` unless given."""

    SERVICE_PORT: ClassVar = 80

    @property
    def served_port(self) -> int:
        return self.port

    @property
    def service_name(self) -> str:
        """`analytics-backend-service`."""
        return f"{self.kubernetes_name}-service"

    @property
    def service_ports(self) -> Mapping[str, int]:
        """The Service's ports by name: 80 for the edge, and the container's own for pods that link to it.

        EKS documents that its network policies want a Service's port to equal the container's. A load balancer and an
        ingress controller go to the pods without the Service's address, so for them it does not matter. Source: Amazon
        EKS User Guide, "Limit Pod traffic with Kubernetes network policies", Considerations, read in November 2026.
        """
        direct = {"direct": self.port} if self.environment.links_to(self) and self.port != self.SERVICE_PORT else {}
        return {"http": self.SERVICE_PORT, **direct}

    @property
    def autoscaler_name(self) -> str:
        """`analytics-backend-hpa`."""
        return f"{self.kubernetes_name}-hpa"

    @property
    def grace_seconds(self) -> int:
        """Seconds between the order to stop and the kill: the drain, the stop, and a margin."""
        return self.drain_seconds + self.stop_seconds + 5

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        url = f"http://{self.service_name}:{self.port}"
        variable = Variable(self.variable or f"{self.key.upper()}_URL", url, part="url")
        host = Variable(f"{self.key.upper()}_HOST", self.service_name, part="host")
        port = Variable(f"{self.key.upper()}_PORT", str(self.port), part="port")
        return Offer((variable,), Reach.PODS, self.port, parts=(host, port))

    def local_run(self) -> LocalRun:
        return LocalRun(self.port, scrape=self.scrape, stop_seconds=self.stop_seconds)

    def local(self) -> StandIn:
        from twinstack.web_service.local import stand_in

        return stand_in(self)

    def monitoring(self) -> Monitoring:
        from twinstack.web_service.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield from super().names()
        yield "Kubernetes Service", self.service_name

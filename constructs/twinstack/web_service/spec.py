"""What a web service is described by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment.container import Scale
from twinstack.environment.links import Access, Offer, Reach, Variable
from twinstack.environment.model import Model
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.quantities import Port, VariableName
from twinstack.environment.spec import Half, ResourceSpec, WorkloadSpec
from twinstack.environment.stand_in import LocalRun, Scrape, StandIn


class HealthPaths(Model):
    """The paths that answer for a service's health."""

    live: Annotated[str, Field(pattern=r"^/[!-~]*$")]
    """Answers while the process works; a failure restarts the container."""
    ready: Annotated[str, Field(pattern=r"^/[!-~]*$")]
    """Answers while the service can serve; a failure takes the pod out of the Service."""


class WebServiceSpec(WorkloadSpec, ResourceSpec):
    """A web service: Deployment, Service, autoscaler, disruption budget. Other workloads can link to it.

    Source: Kubernetes, "Pod lifecycle", "Horizontal Pod Autoscaling", "Specifying a disruption budget".
    """

    built_in: ClassVar[frozenset[Half]] = WorkloadSpec.built_in
    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ,)

    port: Annotated[Port, Field(json_schema_extra={"base_only": True})]
    """The port the container listens on."""
    health: Annotated[HealthPaths, Field(json_schema_extra={"base_only": True})]
    """The paths that answer for its health."""
    scale: Scale
    """How many replicas run, and when one is added."""
    start_seconds: Annotated[int, Field(ge=5, le=600)] = 60
    """How long a start may take before the container is restarted."""
    drain_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    """How long a pod that is to stop goes on serving, while load balancers forget it."""
    stop_seconds: Annotated[int, Field(ge=5, le=3600)] = 30
    """How long the process may take to finish what it does, after that."""
    metrics: Annotated[str, Field(pattern=r"^/[!-~]*$")] | None = Field(
        default=None, json_schema_extra={"base_only": True}
    )
    """The path that serves Prometheus metrics, if it does."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries its address to whoever links to it; `{FIELD}_URL` unless given."""

    SERVICE_PORT: ClassVar = 80

    @property
    def service_name(self) -> str:
        """`analytics-backend-service`."""
        return f"{self.kubernetes_name}-service"

    @property
    def autoscaler_name(self) -> str:
        """`analytics-backend-hpa`."""
        return f"{self.kubernetes_name}-hpa"

    @property
    def grace_seconds(self) -> int:
        """Seconds between the order to stop and the kill: the drain, the stop, and a margin."""
        return self.drain_seconds + self.stop_seconds + 5

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        variable = Variable(
            self.variable or f"{self.key.upper()}_URL", f"http://{self.service_name}:{self.SERVICE_PORT}"
        )
        return Offer((variable,), Reach.PODS, self.port)

    def local_run(self) -> LocalRun:
        scrape = Scrape(self.kubernetes_name, self.port, self.metrics) if self.metrics else None
        return LocalRun(self.port, scrape=scrape, stop_seconds=self.stop_seconds)

    def local(self) -> StandIn:
        from twinstack.web_service.local import stand_in

        return stand_in(self)

    def monitoring(self) -> Monitoring:
        from twinstack.web_service.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield from super().names()
        yield "Kubernetes Service", self.service_name

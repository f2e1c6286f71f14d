"""Where what keeps running shows its figures to Prometheus, and who may ask for them."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from twinstack.environment.container import scale_of
from twinstack.environment.model import Finding, Model
from twinstack.environment.monitoring import Alert, Monitoring, Severity
from twinstack.environment.quantities import Port
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import Scrape

MetricsPath = Annotated[str, Field(pattern=r"^/[!-~]*$")]
NamespaceName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


class Metrics(Model):
    """Where the figures are served."""

    port: Port | None = None
    """The port that serves them and nothing else; the one that the service listens on unless given."""
    path: MetricsPath = "/metrics"
    """The path that serves them, without parameters."""


def _path_alone(given: Any) -> Any:
    return {"path": given} if isinstance(given, str) else given


class MeasuredSpec(WorkloadSpec):
    """A workload that keeps running, and may show its figures."""

    metrics: Annotated[
        Metrics | None,
        BeforeValidator(_path_alone, json_schema_input_type=MetricsPath | Metrics | None),
        Field(json_schema_extra={"base_only": True}),
    ] = None
    """Where Prometheus finds its figures, if it has any: the path, `/metrics`; or `{port: 9100}` where they have a port of
    their own, on which nobody but who collects them is let in."""
    metrics_from: tuple[NamespaceName, ...] = ()
    """The namespaces of what collects them in the cluster: their pods may connect to that port."""

    @property
    def served_port(self) -> int | None:
        """The port that it listens on for everybody else; None where it serves nobody."""
        return None

    @property
    def metrics_port(self) -> int | None:
        """The port that serves its figures; None where it has none."""
        return (self.metrics.port or self.served_port) if self.metrics else None

    @property
    def scrape(self) -> Scrape | None:
        """Where the local Prometheus asks; None where there are no figures."""
        port = self.metrics_port
        return Scrape(self.kubernetes_name, port, self.metrics.path) if self.metrics and port else None

    def monitoring(self) -> Monitoring:
        """An alert where nobody can collect its figures; what they tell is the program's own affair. Nothing of what has no
        pod while nothing waits.
        """
        scale = scale_of(self)
        if self.metrics is None or (scale is not None and not scale.min):
            return Monitoring()
        return Monitoring(
            alerts=(
                Alert(
                    "WorkloadDown",
                    f'absent(up{{job="{self.kubernetes_name}"}} == 1)',
                    5,
                    Severity.CRITICAL,
                    f"no pod of {self.key} shows its figures",
                    "Look at its pods, their events, and the last lines of their logs.",
                ),
            )
        )

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        if self.metrics and set(self.metrics.path) & set("?#%"):
            # It goes into `metrics_path`, and there into the path of a URL, where Prometheus encodes these. Source:
            # prometheus/prometheus#8283, read in November 2026.
            yield Finding(
                "TW755",
                "a path of metrics that Prometheus would ask for otherwise",
                ("metrics",),
                given=self.metrics.path,
                allowed="a path alone, without `?`, `#` and `%`, which Prometheus would encode",
                fix="serve the metrics under a path that takes no parameters, for example /metrics",
            )
        if self.metrics and self.metrics_port is None:
            yield Finding(
                "TW632",
                "figures that are served on no port",
                ("metrics",),
                given=f"{self.metrics.path}, of a workload that listens on no port",
                allowed="`{port: 9100}`, the port that its program serves them on",
                fix="give the port, or remove the line",
            )
        if self.metrics_from and self.metrics is None:
            yield Finding(
                "TW611",
                "somebody is let in for metrics that there are none of",
                ("metrics_from",),
                given=", ".join(self.metrics_from),
                allowed="no namespace for a workload without `metrics`",
                fix="give the path that serves them, `metrics: /metrics`, or remove the line",
            )


def own_metrics_port(workload: WorkloadSpec) -> int | None:
    """The port on which a workload serves its figures and nothing else; None where there is none."""
    if not isinstance(workload, MeasuredSpec) or workload.metrics_port == workload.served_port:
        return None
    return workload.metrics_port

"""What shows the figures of one resource to Prometheus: a pod that links to the resource, as any workload does."""

from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.container import Limits, Requests, Resources
from twinstack.environment.monitoring import Exporter
from twinstack.environment.quantities import Port
from twinstack.environment.spec import ResourceSpec, WorkloadSpec
from twinstack.environment.stand_in import LocalRun, Scrape
from twinstack.environment.uses import LinkOptions


class ExporterSpec(WorkloadSpec):
    """One pod, which asks a resource for its figures each time that it is asked itself.

    Nobody writes one: monitoring brings it for each resource that has an exporter.
    """

    port: Port
    """Where it shows them, under /metrics."""
    job: Annotated[str, Field(min_length=1)]
    """The job's name in Prometheus, which the resource's alert rules name."""
    of: str
    """The resource's field."""

    def local_run(self) -> LocalRun:
        """The local stack has the resource's stand-in with an exporter of its own."""
        return LocalRun(scrape=Scrape(self.job, self.port), is_run=False)


def exporter_of(resource: ResourceSpec, exporter: Exporter, image: str) -> ExporterSpec:
    """The workload with this image, hardened as every other one."""
    name, _, digest = image.partition("@")
    tag = None
    if not digest:
        name, _, tag = image.rpartition(":")
    link = LinkOptions(access=exporter.access, variables=dict(exporter.variables))
    return ExporterSpec(
        image=name,
        tag=tag,
        digest=digest or None,
        command=exporter.arguments,
        user=NOBODY,
        resources=Resources(
            requests=Requests(cpu="20m", memory="32Mi", ephemeral_storage="16Mi"),
            limits=Limits(cpu="200m", memory="128Mi"),
        ),
        temporary_storage="16Mi",
        uses=({resource.key: link},),
        port=exporter.port,
        job=exporter.job,
        of=resource.key,
    )


NOBODY: Final = 65534
"""The user of both images; none of their programs minds which it is."""

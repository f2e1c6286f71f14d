"""What a workload's pods are beside others in the cluster: how much they matter, and what they may ask of its API server."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from twinstack.environment.cluster_rights import ClusterRight, check_rights
from twinstack.environment.container import scale_of
from twinstack.environment.model import Finding, Model
from twinstack.environment.priority import Priority


class Standing(Model):
    """What a workload says of it. Locally there is no scheduler and no API server, and nothing comes of either."""

    priority: Priority | None = None
    """How much its pods matter where there is no room for all: `{value: 1000}`, or `{existing: NAME}` of a class that the cluster
    has."""
    cluster_rights: tuple[ClusterRight, ...] = Field(default=(), json_schema_extra={"base_only": True})
    """What its pods may ask of the cluster's API server: verbs on kinds of objects. Without any they have no token, and no way
    there."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        scale = scale_of(self)
        for finding in self.priority.without_use(scale.headroom) if self.priority and scale else ():
            yield replace(finding, path=("priority", *finding.path))

    def check_rights(self) -> Iterator[Finding]:
        """A finding for each right that gives more than it says."""
        yield from check_rights(self.cluster_rights)

"""What a workload says of its pods, held against the rest of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.environment.companions import check_companions
from twinstack.environment.elsewhere import check_elsewhere
from twinstack.environment.kept_volumes import check_kept_volumes
from twinstack.environment.model import Finding
from twinstack.environment.node_choice import check_placement, check_processor
from twinstack.environment.shared_folders import check_shared_folders
from twinstack.environment.spec import WorkloadSpec


def check_pod(workload: WorkloadSpec) -> Iterator[Finding]:
    """Every finding about where its pods run, what stands in them, and what they read."""
    yield from check_processor(workload)
    yield from check_placement(workload)
    delivered = [one.delivered_name for link in workload.links for one in link.offer.variables]
    yield from check_elsewhere(workload, workload.own_variables, delivered)
    preparations = [one.name for link in workload.links if (one := link.made.preparation)]
    yield from check_companions(workload, workload.key.replace("_", "-"), preparations)
    places = {path: field for field in ("writable_folders", "mounted_files") for path in getattr(workload, field)}
    yield from check_kept_volumes(workload, places, workload.most_replicas)
    places |= {volume.path: "kept_volumes" for volume in workload.kept_volumes.values()}
    yield from check_shared_folders(workload, places)
    if workload.kept_volumes and workload.local_run().port:
        yield Finding(
            "TW371",
            "every release interrupts what it serves",
            ("kept_volumes",),
            given=", ".join(workload.kept_volumes),
            allowed="a bucket, or a workload that nobody waits for",
            fix="keep the files in a bucket",
            warning=True,
            acknowledgeable=True,
        )

"""Where a workload's own image is built from: a folder that Compose sends to the builder whole, and watches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from twinstack.environment.model import Finding
from twinstack.environment.spec import WorkloadSpec


def check_build(workload: WorkloadSpec) -> Iterator[Finding]:
    """A warning for a folder outside of the product's: right where a repository holds several, and else a slip that
    sends to a builder what is nobody's business.
    """
    if workload.build is not None and posixpath.normpath(workload.build).partition("/")[0] == "..":
        yield Finding(
            "TW771",
            "an image is built from a folder outside of the product",
            ("build",),
            given=workload.build,
            allowed="a folder of the product, or of the repository that it is part of",
            fix="move the Dockerfile below the product's folder",
            warning=True,
            acknowledgeable=True,
        )

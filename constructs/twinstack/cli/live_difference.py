"""What `twinstack diff --live` looks at: a plan that Terraform makes of what stands, and the cluster's own objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from twinstack.cli.delivery.progress import shown
from twinstack.cli.users import users_of
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from twinstack.changes.difference import Difference
    from twinstack.delivery.cluster import Context
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


def difference_to_what_stands(
    product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half], context: Context
) -> Difference:
    """What deploying the environment would change now. Nothing is written, nowhere. Raises as `twinstack plan` does."""
    from twinstack.changes.beginnings import causes_between
    from twinstack.changes.difference import Difference
    from twinstack.changes.former import Outputs
    from twinstack.changes.live import changes_of_what_stands
    from twinstack.delivery.folder import read_manifests
    from twinstack.delivery.planning import plan
    from twinstack.synthesis import TERRAFORM_FILE

    environment = loaded.environment
    with TemporaryDirectory(prefix="twinstack-live-") as temporary, shown() as progress:
        planned = plan(product, loaded, Path(temporary) / "release", halves=halves, context=context, progress=progress)
        stack: dict[str, Any] = {}
        manifests: list[dict[str, Any]] = []
        if Half.INFRASTRUCTURE in halves:
            stack = json.loads((planned.folder / Half.INFRASTRUCTURE / TERRAFORM_FILE).read_bytes())
        if Half.WORKLOADS in halves:
            manifests = [dict(one.data) for one in read_manifests(planned.folder / Half.WORKLOADS)]
        changes = changes_of_what_stands(planned, stack, manifests, environment.specs)
    users = users_of(environment)
    told = (replace(one, used_by=users.get(one.thing, ())) for one in changes)
    found = Difference.of(STANDING, f"the present ({environment.context.version})", told)
    return causes_between(product, loaded, Outputs(STANDING, {}, [])).of(found)


STANDING: Final = "what stands"

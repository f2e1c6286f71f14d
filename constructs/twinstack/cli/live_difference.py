"""What a release does to what stands: of one that is planned, and of one that `twinstack diff --live` plans for a look."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.former import Outputs, repository_of
from twinstack.cli.delivery.progress import shown
from twinstack.cli.users import users_of
from twinstack.delivery.record import Status
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from twinstack.changes.difference import Difference
    from twinstack.changes.gate import Verdict
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.planning import Planned
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@dataclass(frozen=True)
class Foreseen:
    """A planned release with what it does, judged once."""

    planned: Planned
    difference: Difference
    verdicts: Sequence[Verdict] = ()
    """The gate's, of each address of the infrastructure, as a person who has seen the plan may let it pass."""

    @property
    def stopped(self) -> Sequence[Verdict]:
        """What the deployment stops at."""
        return [one for one in self.verdicts if not one.passes]


def difference_to_what_stands(
    product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half], context: Context
) -> Difference:
    """What deploying the environment would change now. Nothing is written, nowhere. Raises as `twinstack plan` does."""
    from twinstack.delivery.planning import plan

    with TemporaryDirectory(prefix="twinstack-live-") as temporary, shown() as progress:
        planned = plan(product, loaded, Path(temporary) / "release", halves=halves, context=context, progress=progress)
        return foreseen(product, loaded, planned).difference


def foreseen(product: Product[Any], loaded: Loaded[Any], planned: Planned) -> Foreseen:
    """What a release that lies in its folder does to what stands, each change with its class, its users and its cause."""
    from twinstack.changes.beginnings import causes_between
    from twinstack.changes.difference import STANDING, Cause, Difference
    from twinstack.changes.gate import BY_A_PERSON, judge
    from twinstack.changes.live import changes_of_what_stands
    from twinstack.delivery.folder import read_manifests
    from twinstack.synthesis import TERRAFORM_FILE

    environment = loaded.environment
    stack: dict[str, Any] = {}
    manifests: list[dict[str, Any]] = []
    verdicts: Sequence[Verdict] = ()
    if planned.infrastructure is not None:
        stack = json.loads((planned.folder / Half.INFRASTRUCTURE / TERRAFORM_FILE).read_bytes())
        verdicts = judge(planned.infrastructure.document, up_to=BY_A_PERSON)
    if Half.WORKLOADS in planned.release.halves:
        manifests = [dict(one.data) for one in read_manifests(planned.folder / Half.WORKLOADS)]
    users = users_of(environment)
    changes = changes_of_what_stands(planned, verdicts, stack, manifests, environment.specs)
    told = (replace(one, used_by=users.get(one.thing, ())) for one in changes)
    found = Difference.of(STANDING, f"the present ({environment.context.version})", told)
    with _layers(product, planned) as (root, commit):
        causes = causes_between(product, loaded, Outputs(STANDING, {}, [], root=root, commit=commit))
        if not causes.is_first:
            causes = replace(causes, other=causes.other or Cause("", note=BESIDE))
        return Foreseen(planned, causes.of(found), verdicts)


@contextmanager
def _layers(product: Product[Any], planned: Planned) -> Generator[tuple[Path | None, str]]:
    """A folder with the layers of the release that stands and their commit, where the cluster remembers which and Git has it."""
    records = planned.look.records.all if planned.look is not None else ()
    stands = next((one for one in reversed(records) if one.status == Status.SUCCEEDED), None)
    made_of = str(stands.release.get("revision", "")) if stands and not stands.release.get("dirty") else ""
    repository = repository_of(product) if made_of else None
    commit = repository.find(made_of) if repository is not None else ""
    if repository is None or not commit:
        yield None, ""
        return
    with repository.layers(commit) as root:
        yield root, commit


BESIDE: Final = "somebody, beside the releases"
"""What else may have made a change of what stands."""

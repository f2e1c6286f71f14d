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
    from twinstack.diagram.drawing import Flow
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@dataclass(frozen=True)
class Foreseen:
    """A planned release with what it does, judged once."""

    planned: Planned
    difference: Difference
    verdicts: Sequence[Verdict] = ()
    """The gate's, of each address of the infrastructure, as a person who has seen the plan may let it pass."""
    picture: Flow | None = None
    """Who uses what, with what the release does; None where nothing changes, and for one half alone."""

    @property
    def stopped(self) -> Sequence[Verdict]:
        """What the deployment stops at."""
        return [one for one in self.verdicts if not one.passes]


def foreseen_of_what_stands(
    product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half], context: Context
) -> Foreseen:
    """What deploying the environment would change now. Nothing is written, nowhere. Raises as `twinstack plan` does."""
    with TemporaryDirectory(prefix="twinstack-live-") as temporary:
        return planned_in(Path(temporary) / "release", product, loaded, halves, context)


def planned_in(
    folder: Path, product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half], context: Context
) -> Foreseen:
    """A release made in its folder, with the picture of what it does. Raises as `twinstack.delivery.planning.plan` does."""
    from twinstack.delivery.planning import plan

    found: list[Foreseen] = []

    def beside(planned: Planned) -> dict[str, str]:
        found.append(foreseen(product, loaded, planned))
        from twinstack.diagram.flow_svg import flow_svg

        return {PICTURE: flow_svg(picture)} if (picture := found[0].picture) is not None else {}

    with shown() as progress:
        planned = plan(product, loaded, folder, halves=halves, context=context, progress=progress, beside=beside)
    return replace(found[0], planned=planned)


def foreseen(product: Product[Any], loaded: Loaded[Any], planned: Planned) -> Foreseen:
    """What a release that lies in its folder does to what stands, each change with its class, its users and its cause."""
    from twinstack.changes.beginnings import causes_between
    from twinstack.changes.difference import STANDING, Cause, Difference
    from twinstack.changes.gate import BY_A_PERSON, judge
    from twinstack.changes.live import changes_of_what_stands
    from twinstack.delivery.folder import read_manifests
    from twinstack.diagram.between import flow_of_plan
    from twinstack.diagram.made import Made
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
        difference = causes.of(found)
    picture = None
    if stack and manifests and not difference.is_empty:
        picture = flow_of_plan(environment, Made(stack, manifests), difference)
    return Foreseen(planned, difference, verdicts, picture)


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


PICTURE: Final = "change.svg"
"""The picture, in the folder of a release."""
BESIDE: Final = "somebody, beside the releases"
"""What else may have made a change of what stands."""

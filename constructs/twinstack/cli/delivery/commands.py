"""What the commands of delivery do: they put the parts together, show, ask, and end with the right exit status."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from twinstack.cli.ending import collect_again
from twinstack.cli.render import agreed, emit, emit_json, somebody_is_there
from twinstack.errors import Location, UsageError

if TYPE_CHECKING:
    from twinstack.cli.live_difference import Foreseen
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.engine import Outcome


def plan(
    environment: str,
    version: str | None,
    out: Path | None,
    assignments: Sequence[str],
    halves: Sequence[str],
    context: Context,
    *,
    as_json: bool,
    markdown: Path | None = None,
) -> int:
    """Plans a release into a folder and shows what it does; 3 where it would change something."""
    from twinstack.cli.delivery import planned as view
    from twinstack.cli.reports import put_report

    found = _planned(environment, version, out, assignments, halves, context)
    made = found.planned
    if markdown is not None:
        put_report(markdown, view.markdown(found))
    if as_json:
        emit_json(view.as_dict(found, environment))
    else:
        view.show(found)
        emit([("deploy exactly this: ", "dim"), (f"twinstack deploy --release {made.folder}", "cyan")])
    return 0 if made.is_empty else CHANGES


def deploy_new(
    environment: str,
    version: str,
    assignments: Sequence[str],
    halves: Sequence[str],
    context: Context,
    options: dict[str, Any],
    *,
    yes: bool,
    as_json: bool,
) -> int:
    """Plans, shows, asks, and deploys."""
    from twinstack.cli.delivery import planned as view
    from twinstack.delivery.version import require_lasting

    require_lasting(version, Location("VERSION"))
    if not yes and not somebody_is_there():
        raise UsageError(
            "nobody can be asked here: plan first (`twinstack plan`), look at it, and deploy that (`--release FOLDER`); "
            "or say --yes"
        )
    found = _planned(environment, version, None, assignments, halves, context)
    made = found.planned
    view.show(found, sys.stderr)
    if made.is_empty:
        emit([("nothing to do", "bold green")], sys.stderr)
    elif not yes and not agreed(f"Deploy {made.release.version} to {made.release.stack} in {made.release.account}?"):
        return CHANGES
    return deploy_planned(made.folder, halves, context, options, as_json=as_json)


def _planned(
    environment: str,
    version: str | None,
    out: Path | None,
    assignments: Sequence[str],
    halves: Sequence[str],
    context: Context,
) -> Foreseen:
    from twinstack.cli.assignment import read_assignments
    from twinstack.cli.live_difference import planned_in
    from twinstack.cli.project import find_product_with_engine
    from twinstack.cli.render import report_problems
    from twinstack.environment.spec import Half

    product = find_product_with_engine()
    (loaded,) = product.load_all([environment], set=read_assignments(assignments) or None, version=version)
    if loaded.warnings:
        report_problems(loaded.warnings)
    one = loaded.environment
    folder = out or Path(RELEASES) / f"{one.stack_id}-{one.context.version}"
    chosen = [half for half in Half if not halves or half in halves]
    return planned_in(folder, product, loaded, chosen, context)


def deploy_planned(
    folder: Path, halves: Sequence[str], context: Context, options: dict[str, Any], *, as_json: bool
) -> int:
    """Deploys what lies in a folder, as it was planned and looked at."""
    from twinstack.cli.delivery.progress import shown
    from twinstack.delivery.deployment import Deployment
    from twinstack.delivery.holder import Holder

    began = time.monotonic()
    with terminated_like_interrupted(), shown() as progress:
        collect_again()
        deployment = Deployment(folder, context, progress, Holder.here(), halves=tuple(halves), **options)
        release, outcome = deployment.run()
    return ended(
        f"{release.stack} {release.version}", release.summary, outcome, time.monotonic() - began, as_json=as_json
    )


def ended(title: str, release: Mapping[str, Any], outcome: Outcome, seconds: float, *, as_json: bool) -> int:
    """Shows how it ended, tells whoever is to be told, and gives the exit status."""
    from twinstack.cli.delivery import outcome as view

    told = release.get("notify") or {}
    if told and outcome.number:
        from twinstack.delivery.holder import Holder
        from twinstack.delivery.notice import notice, send

        for line in send(notice(release, outcome, str(Holder.here()), seconds), **told):
            emit([(line, "yellow")], sys.stderr)
    if as_json:
        emit_json(view.as_dict(outcome, seconds))
    else:
        view.show(title, outcome, seconds)
    return view.exit_status(outcome)


@contextmanager
def terminated_like_interrupted() -> Generator[None]:
    """A runner that is cancelled sends SIGTERM: it ends as by Ctrl-C, with the record written and the Lease given back."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


CHANGES: Final = 3
"""Something is to be done, or blocked by somebody else."""
RELEASES: Final = "releases"
"""The folder for releases that are planned without saying where; Git ignores it."""

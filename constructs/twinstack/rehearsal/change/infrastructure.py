"""The infrastructure, from one release to the next: Terraform applies the former stack, then plans and applies the new one
on the same state. The cloud is that of the other rehearsals: it holds the provider's schema, and answers from memory.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.changes.former import Outputs
from twinstack.changes.resources import whose_lifecycle_says
from twinstack.delivery.infrastructure_plan import InfrastructurePlan, ResourceChange
from twinstack.policy.following import stack_following
from twinstack.rehearsal import schemas
from twinstack.rehearsal.change.obstacles import held_afterwards, obstacles
from twinstack.rehearsal.change.report import InfrastructureChange
from twinstack.rehearsal.terraform.rehearsal import NEWER_ARGUMENTS, Run
from twinstack.rehearsal.terraform.workspace import CONFIGURATION, Workspace, take_out, workspace
from twinstack.terraform import Outcome


def rehearse_infrastructure(
    before: Outputs,
    after: Outputs,
    stack: str,
    *,
    schema: str = schemas.VERSIONS[0],
    program: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> InfrastructureChange:
    """Applies the former stack, and the new one over it; either may be nothing.

    What is wrong is in the report. Raises MissingToolError without Terraform, UsageError for an unknown schema, and
    RehearsalError where the rehearsal itself cannot be carried out.
    """
    newer = NEWER_ARGUMENTS if schema != schemas.VERSIONS[0] else {}
    new = copy.deepcopy(after.stack) or _emptied(before.stack)
    take_out(new, newer)
    with tempfile.TemporaryDirectory(prefix="twinstack-rehearsal-") as temporary:
        first = before if before.stack else after
        source = first.folder or Path(temporary)
        if first.folder is None:
            (source / CONFIGURATION).write_text(json.dumps(first.stack))
        with workspace(source, schema=schema, program=program, without=newer, following=new) as place:
            change = _Change(Run(place, schema, progress), before, new, after)
            found = change.run()
            run = change.steps
    return InfrastructureChange(
        stack=stack,
        before=before.label,
        after=after.label,
        program=f"{place.program.title} {place.program.version}",
        schema=schema,
        changes=found,
        held=tuple(held_afterwards(found)),
        problems=tuple(run.problems),
        proved=tuple(run.proved),
        not_proved=NOT_PROVED,
        seconds=run.seconds,
    )


class _Change:
    """One stack applied over the other."""

    def __init__(self, steps: Run, before: Outputs, new: Mapping[str, Any], after: Outputs) -> None:
        self.steps, self._place = steps, steps.place
        self._before, self._new = before, new
        self._folder, self._acknowledged = after.folder, after.acknowledged

    def run(self) -> tuple[ResourceChange, ...]:
        """What the plan does; empty where nothing could be planned."""
        run = self.steps
        if not run.initialize() or not self._make_former():
            return ()
        planned = self._plan()
        if planned is None:
            return ()
        run.problems += obstacles(
            planned,
            protected=whose_lifecycle_says(self._before.stack, "prevent_destroy"),
            made_first=_made_first(planned, self._place),
        )
        seen = {problem.path for problem in run.problems}
        former, accepted = self._before.stack, self._acknowledged
        following = stack_following(former, self._new, acknowledged=accepted) if former else ()
        run.problems += (one for one in following if one.path.partition(" ")[0] not in seen)
        if planned and run.passed(run.step("apply", "apply", "-json", self._place.plan_file.name), "TW804"):
            run.proved.append("apply: Terraform finds an order in which each change can be made")
        if not planned or not any(problem.code == "TW804" for problem in run.problems):
            run.plan_again()
        run.search()
        return planned

    def _make_former(self) -> bool:
        run = self.steps
        if not self._before.stack:
            return True
        former = run.step("former apply", "apply", "-json", "-auto-approve")
        if not run.passed(former, "TW804"):
            return False
        asked = self._place.configuration.get("terraform")
        self._place.follow(self._new, self._folder)
        return self._new.get("terraform") == asked or run.initialize()

    def _plan(self) -> tuple[ResourceChange, ...] | None:
        run, place = self.steps, self._place
        outcome = run.step("plan", "plan", "-json", f"-out={place.plan_file.name}")
        if outcome.status and _stops_at_protection(outcome):
            # Each such address becomes a problem of its own. To see the rest, and what these would do, they are let go.
            place.follow(_unprotected(self._new))
            outcome = run.step("plan without protection", "plan", "-json", f"-out={place.plan_file.name}")
        if not run.passed(outcome, "TW803"):
            return None
        shown = run.step("show", "show", "-json", place.plan_file.name).output
        document = json.loads(shown[shown.index("{") :])
        return InfrastructurePlan.of(document, place.program.title).changes


def _stops_at_protection(outcome: Outcome) -> bool:
    errors = [one["diagnostic"] for one in outcome.messages if one.get("@level") == "error" and "diagnostic" in one]
    return bool(errors) and all("prevent_destroy" in f"{one.get('summary')} {one.get('detail')}" for one in errors)


def _unprotected(configuration: Mapping[str, Any]) -> dict[str, Any]:
    free = copy.deepcopy(dict(configuration))
    for resources in free.get("resource", {}).values():
        for resource in resources.values():
            resource.get("lifecycle", {}).pop("prevent_destroy", None)
    return free


def _made_first(changes: tuple[ResourceChange, ...], place: Workspace) -> Iterator[str]:
    """Whose successor is made before they go: by their own word, or as what needs them says so, which the state notes."""
    yield from whose_lifecycle_says(place.configuration, "create_before_destroy")
    if place.state_file.is_file():
        wanted = {one.address.partition("[")[0] for one in changes}
        for one in json.loads(place.state_file.read_text()).get("resources", []):
            address = f"{one['type']}.{one['name']}"
            if address in wanted and any(each.get("create_before_destroy") for each in one["instances"]):
                yield address


def _emptied(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """A stack in which nothing is left but how AWS is reached."""
    return {name: configuration[name] for name in ("terraform", "provider") if name in configuration}


NOT_PROVED: Final = (
    "quotas, permissions, names that others hold, and how long AWS takes for each change",
    "what lives in it: data is neither written nor lost here",
    "the S3 backend: the state was kept in a local file",
)

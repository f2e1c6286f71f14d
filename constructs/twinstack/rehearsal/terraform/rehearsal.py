"""One stack, rehearsed with real Terraform: initialized, validated, planned, applied, planned again, searched for secrets."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twinstack.changes.resources import whose_lifecycle_says
from twinstack.errors import Problem
from twinstack.rehearsal import schemas
from twinstack.rehearsal.terraform.leaks import leaks
from twinstack.rehearsal.terraform.passwords import unreadable
from twinstack.rehearsal.terraform.report import TerraformReport
from twinstack.rehearsal.terraform.workspace import Workspace, workspace
from twinstack.terraform import Outcome
from twinstack.terraform.diagnostics import of_text, problems_of


def rehearse(
    stack: Path,
    *,
    schema: str = schemas.VERSIONS[0],
    program: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    destroy: bool = True,
) -> TerraformReport:
    """Rehearse a synthesized stack (its folder, or its cdk.tf.json) with Terraform or OpenTofu, without AWS.

    `schema` is the AWS provider's version, one of `schemas.VERSIONS`. For an older one the arguments that came later
    (NEWER_ARGUMENTS) are taken out of a copy first. `progress` is told each step. With `destroy`, a plan to destroy
    everything has to be stopped by what is protected.

    What is wrong with the stack is in the report. Raises MissingToolError without Terraform, UsageError without a
    stack or for an unknown schema, and RehearsalError where the rehearsal itself cannot be carried out.
    """
    newer = NEWER_ARGUMENTS if schema != schemas.VERSIONS[0] else {}
    with workspace(stack, schema=schema, program=program, without=newer) as place:
        name = (stack if stack.is_dir() else stack.parent).name
        return rehearse_in(place, name, schema=schema, progress=progress, destroy=destroy)


def rehearse_in(
    place: Workspace, name: str, *, schema: str, progress: Callable[[str], None] = lambda _: None, destroy: bool = True
) -> TerraformReport:
    """As `rehearse`, in a workspace that is there already; `name` is the stack's."""
    run = Run(place, schema, progress)
    if run.initialize() and run.validate() and run.plan() and run.apply() and run.plan_again() and destroy:
        run.plan_destroy()
    run.search()
    return TerraformReport(
        stack=name,
        program=f"{place.program.title} {place.program.version}",
        schema=schema,
        resources=run.resources,
        problems=tuple(run.problems),
        proved=tuple(run.proved),
        not_proved=NOT_PROVED,
        notes=tuple(_notes()),
        seconds=run.seconds,
    )


@dataclass
class Run:
    """One rehearsal under way: the steps, what each found, and how long it took."""

    place: Workspace
    schema: str
    progress: Callable[[str], None]
    problems: list[Problem] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)

    def initialize(self) -> bool:
        outcome = self.step("init", "init", "-no-color")
        if outcome.status:
            self.problems += of_text(outcome.output, "TW801")
            return False
        newest = self.schema == schemas.VERSIONS[0]
        admitted = f"the stack's version constraint admits AWS provider {self.schema}"
        self.proved.append(f"init: {admitted if newest else f'in a copy with AWS provider {self.schema}'}")
        return True

    def validate(self) -> bool:
        outcome = self.step("validate", "validate", "-json")
        result = _document(outcome)
        self._report(result.get("diagnostics", []), "TW802", outcome)
        if outcome.status:
            return False
        self.proved.append("validate: every resource type, argument, type, required argument and reference is right")
        return True

    def plan(self) -> bool:
        outcome = self.step("plan", "plan", "-json", f"-out={self.place.plan_file.name}")
        if not self.passed(outcome, "TW803"):
            return False
        self.proved.append("plan: the first plan needs nothing that only an apply would tell")
        return True

    def apply(self) -> bool:
        outcome = self.step("apply", "apply", "-json", self.place.plan_file.name)
        self.resources = _made(self.place)
        if not self.passed(outcome, "TW804"):
            return False
        self.proved.append(f"apply: {sum(self.resources.values())} resources were made, in an order that works")
        lost = list(unreadable(self.place.cloud))
        self.problems += lost
        if self.place.cloud.writes and not lost:
            self.proved.append("passwords: each one that a resource took is also in a secret")
        return True

    def plan_again(self) -> bool:
        outcome = self.step("second plan", "plan", "-json", "-detailed-exitcode")
        changes = [message["change"] for message in outcome.messages if message.get("type") == "planned_change"]
        if outcome.status == _CHANGES:
            self.problems += [_unsettled(change) for change in changes] or [
                Problem("TW805", "a second plan, with nothing changed, changes an output", allowed="an empty plan")
            ]
            return False
        if not self.passed(outcome, "TW805"):
            return False
        self.proved.append("second plan: with nothing changed there is nothing to do")
        return True

    def plan_destroy(self) -> bool:
        protected = sorted(whose_lifecycle_says(self.place.configuration, "prevent_destroy"))
        if not protected:
            return True
        outcome = self.step("destroy plan", "plan", "-destroy", "-json")
        if outcome.status == 0:
            self.problems.append(
                Problem(
                    "TW806", "everything could be destroyed, although these are protected", given=", ".join(protected)
                )
            )
            return False
        told = " ".join(str(message) for message in outcome.messages if message.get("@level") == "error")
        # Terraform stops at some of them; which ones depends on the order in which it came to them.
        if not any(address in told for address in protected):
            self.passed(outcome, "TW806")
            return False
        self.proved.append(f"destroy: stopped, for {len(protected)} resources are protected (prevent_destroy)")
        return True

    def search(self) -> None:
        found = list(leaks(self.place))
        self.problems += found
        if self.place.state_file.is_file() and not found:
            count = len(self.place.cloud.issued)
            what = f"the {count} secret values made up are" if count else "no secret values were made up, and none is"
            self.proved.append(f"secrets: {what} neither in the state, nor in the plan, nor in anything printed")

    def step(self, title: str, *arguments: str) -> Outcome:
        """Runs a command of Terraform, and notes how long it took."""
        self.progress(f"{self.place.program.title} {title}")
        outcome = self.place.run(*arguments)
        self.seconds[title] = outcome.seconds
        return outcome

    def passed(self, outcome: Outcome, code: str) -> bool:
        """Whether a command ended well; what it said otherwise becomes problems of this code."""
        diagnostics = [message["diagnostic"] for message in outcome.messages if "diagnostic" in message]
        self._report(diagnostics, code, outcome)
        return outcome.status == 0

    def _report(self, diagnostics: list[dict[str, Any]], code: str, outcome: Outcome) -> None:
        if outcome.status and not any(one.get("severity") == "error" for one in diagnostics):
            self.problems += of_text(outcome.output, code)
            return
        schema = schemas.read(self.schema)
        types = {*schema.names("resource"), *schema.names("data"), *schema.names("ephemeral")}
        found = problems_of(diagnostics, self.place.configuration_file, code, types)
        self.problems += dict.fromkeys(found)


def _document(outcome: Outcome) -> dict[str, Any]:
    try:
        return json.loads(outcome.output)
    except ValueError:
        return {}


def _unsettled(change: Mapping[str, Any]) -> Problem:
    return Problem(
        "TW805",
        f"a second plan, with nothing changed, would {change.get('action', 'change')} it",
        str(change.get("resource", {}).get("addr", "")),
        allowed="an empty plan",
    )


def _made(place: Workspace) -> Mapping[str, int]:
    if not place.state_file.is_file():
        return {}
    state = json.loads(place.state_file.read_text())
    made: Counter[str] = Counter()
    for resource in state.get("resources", []):
        if resource.get("mode") == "managed":
            made[resource["type"]] += len(resource.get("instances", []))
    return dict(sorted(made.items()))


def _notes() -> Iterator[str]:
    if any(os.environ.get(name) for name in _CREDENTIALS) or (Path.home() / ".aws" / "credentials").is_file():
        yield "AWS credentials are present on this machine; they were not used, and Terraform was not given them"


NEWER_ARGUMENTS: Final[Mapping[str, frozenset[str]]] = {
    "aws_elasticache_replication_group": frozenset({"auth_token_wo", "auth_token_wo_version"}),
}
"""Arguments that came after AWS provider 6.25, which the stacks set: taken out where that schema is used."""
NOT_PROVED: Final = (
    "values: whether AWS takes what has no fact, or two arguments together",
    "what stands in a WAF rule's statement: the bindings keep no schema of it",
    "permissions, quotas, names already taken, and how long AWS takes",
    "the S3 backend: the state was kept in a local file",
)
_CHANGES: Final = 2
_CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE")

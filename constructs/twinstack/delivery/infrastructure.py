"""The infrastructure half of a release: planned once by Terraform or OpenTofu, and exactly that applied.

In the release's folder `infrastructure/` lie the stack (`cdk.tf.json`), the lock file of its providers, the saved plan and
the plan's JSON without secret values. The folder may be carried to another machine.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from twinstack.changes.configured import Configuration
from twinstack.changes.gate import BY_A_PERSON, judge, require_pass
from twinstack.delivery.cluster_identity import the_cluster
from twinstack.delivery.infrastructure_moves import continues, moves
from twinstack.delivery.infrastructure_plan import InfrastructurePlan, values_of
from twinstack.delivery.plugin_cache import plugin_cache
from twinstack.delivery.progress import Progress
from twinstack.delivery.protection import protection
from twinstack.delivery.release import ClusterIdentity
from twinstack.delivery.release_folder import PLAN_FILE, PLAN_JSON
from twinstack.delivery.terraform import LOCK_FILE, Stop, Terraform, nothing
from twinstack.delivery.terraform_progress import TerraformProgress
from twinstack.delivery.terraform_words import CONFIGURATION, is_stale, require_success
from twinstack.errors import ConfigurationError, Problem, UsageError
from twinstack.fresh_file import write_private
from twinstack.terraform.program import Program


@dataclass(frozen=True)
class Infrastructure:
    """Terraform at an environment's infrastructure. `program` names it, or its path; `environment` is what it is given.

    Every method raises InfrastructureError with all that Terraform says is wrong, StateLockedError where somebody else is
    at work on the state, MissingToolError without Terraform, and what `stop` raises, once Terraform has ended.
    """

    program: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    lock_timeout_seconds: float = 20

    def plan(self, folder: Path, *, lock_file: Path | None = None, stop: Stop = nothing) -> InfrastructurePlan:
        """Plans the stack in this folder, and saves the plan (of mode 0600), its JSON and the lock file beside it.

        `lock_file` is the product's own, if it keeps one: it is copied there, and held to. Raises UsageError where there
        is no stack.
        """
        if not (folder / CONFIGURATION).is_file():
            raise UsageError(f"{folder} holds no {CONFIGURATION}: synthesize the infrastructure half first")
        if lock_file:
            shutil.copyfile(lock_file, folder / LOCK_FILE)
        with self._at(folder, Program.find(self.program)) as terraform:
            plan = _planned(terraform, folder / PLAN_FILE, stop=stop)
        write_private(folder / PLAN_JSON, json.dumps(plan.document, separators=(",", ":")))
        return plan

    def read(self, folder: Path) -> InfrastructurePlan:
        """The plan that was saved in this folder. Raises UsageError where there is none."""
        return _read(folder)

    def apply(
        self, folder: Path, progress: Progress, *, destroying: Collection[str] = (), stop: Stop = nothing
    ) -> InfrastructurePlan:
        """Applies exactly the plan that was saved in this folder, and returns it; nothing is run where it is empty.

        A plan that an earlier run began and did not end is continued: what is left of it, and nothing else. Raises
        ConfigurationError for anything else that moved meanwhile (TW973), and for what the gate stops: somebody has seen
        the plan, so all but what destroys data passes, and that where its address is among `destroying` (TW975).
        """
        saved = _read(folder)
        one = Configuration.read(folder)
        found = judge(saved.document, allowed=destroying, up_to=BY_A_PERSON, moved=one.moved, configuration=one.blocks)
        require_pass(found)
        if saved.is_empty:
            return saved
        with self._at(folder, _program_of(saved, self.program)) as terraform:
            outcome = terraform.apply(folder / PLAN_FILE, each=TerraformProgress(progress), stop=stop)
            if not is_stale(outcome):
                require_success(outcome, "TW972", folder, terraform.program.title)
                return saved
            with TemporaryDirectory(prefix="twinstack-plan-") as place:
                rest = Path(place) / PLAN_FILE
                fresh = _planned(terraform, rest, stop=stop)
                if not continues(saved, fresh):
                    raise ConfigurationError([_stale(folder, moves(saved, fresh))])
                progress.note(_continued(saved, fresh))
                if not fresh.is_empty:
                    outcome = terraform.apply(rest, each=TerraformProgress(progress), stop=stop)
                    require_success(outcome, "TW972", folder, terraform.program.title)
        return saved

    def destroy(
        self,
        folder: Path,
        progress: Progress,
        *,
        protected: bool,
        remaining: Sequence[str] = (),
        stop: Stop = nothing,
    ) -> None:
        """Destroys everything that the state of this folder's stack holds. Whether it is wanted, the caller has asked.

        Raises ConfigurationError (TW976) while the environment is `protected`, while AWS itself protects something, which
        a release takes off before, and while any of the product is left in the cluster (`remaining`): a load balancer
        that the cluster made would keep the network from being destroyed.
        """
        problems = [*protection(protected=protected), *_left_in_cluster(remaining)]
        if problems:
            raise ConfigurationError(problems)
        with (
            self._at(folder, Program.find(self.program)) as terraform,
            TemporaryDirectory(prefix="twinstack-") as place,
        ):
            file = Path(place) / PLAN_FILE
            plan = _planned(terraform, file, "-destroy", stop=stop)
            # Whoever destroys has typed out the name of it all: no address is asked for beside it.
            require_pass([one for one in judge(plan.document, up_to=BY_A_PERSON) if one.code != "TW975"])
            if plan.is_empty:
                progress.note("the infrastructure is destroyed already")
                return
            outcome = terraform.apply(file, each=TerraformProgress(progress), stop=stop)
            require_success(outcome, "TW972", folder, terraform.program.title)

    def outputs(self, folder: Path) -> Mapping[str, Any]:
        """The outputs as they stand in the state, but for sensitive ones."""
        with self._at(folder, Program.find(self.program)) as terraform:
            outcome = terraform.outputs()
            require_success(outcome, "TW970", folder, terraform.program.title)
            found: Mapping[str, Any] = json.loads(outcome.output)
        return {name: one["value"] for name, one in found.items() if not one.get("sensitive")}

    def cluster(self, folder: Path, *, account: str, region: str) -> ClusterIdentity | None:
        """The cluster that the state holds by now, with its endpoint; None where it holds none, or more than one."""
        with self._at(folder, Program.find(self.program)) as terraform:
            outcome = terraform.state()
            require_success(outcome, "TW970", folder, terraform.program.title)
        shown: Mapping[str, Any] = json.loads(outcome.output)
        return the_cluster(values_of(shown.get("values")), account=account, region=region)

    def unlock(self, folder: Path, lock: str) -> None:
        """Takes the lock of this id from the state. Only for a person who knows that its holder is no more at work."""
        with self._at(folder, Program.find(self.program)) as terraform:
            require_success(terraform.unlock(lock), "TW970", folder, terraform.program.title)

    @contextmanager
    def _at(self, folder: Path, program: Program) -> Generator[Terraform]:
        with (
            plugin_cache(self.environment) as (variables, alone),
            Terraform(program, folder, variables, self.lock_timeout_seconds) as terraform,
        ):
            with alone():
                outcome = terraform.init()
            require_success(outcome, "TW970", folder, program.title)
            yield terraform


def _planned(terraform: Terraform, file: Path, *options: str, stop: Stop) -> InfrastructurePlan:
    outcome = terraform.plan(file, *options, stop=stop)
    require_success(outcome, "TW971", terraform.folder, terraform.program.title, good=(0, _CHANGES))
    return InfrastructurePlan.of(terraform.show(file), terraform.program.title)


def _read(folder: Path) -> InfrastructurePlan:
    file = folder / PLAN_JSON
    try:
        document = json.loads(file.read_bytes())
        return InfrastructurePlan({**document, "twinstack": {**document["twinstack"]}})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no saved plan of the infrastructure ({error}): plan it again") from error


def _program_of(plan: InfrastructurePlan, wanted: str | None) -> Program:
    """The program that made the plan: no other one can apply it. Raises UsageError where it is not to be had."""
    program = Program.find(wanted or ("tofu" if plan.program == "OpenTofu" else "terraform"))
    if (program.title, program.version) != (plan.program, plan.version):
        raise UsageError(
            f"the plan was made by {plan.program} {plan.version}, and this is {program.title} {program.version}, which "
            f"cannot apply it: run this with {plan.program} {plan.version}, or plan again"
        )
    return program


def _stale(folder: Path, moved: Sequence[str]) -> Problem:
    shown = [*moved[:_MOST_MOVES], *([f"and {len(moved) - _MOST_MOVES} more"] if len(moved) > _MOST_MOVES else [])]
    return Problem(
        "TW973",
        "the plan is stale: the infrastructure is not as it was when it was planned",
        str(folder / PLAN_FILE),
        given="; ".join(shown) or "another apply, which left everything that can be seen as it was",
        allowed="a plan is applied to the state that it was made of",
        fix="plan again, and look at what it would do now",
    )


def _continued(saved: InfrastructurePlan, fresh: InfrastructurePlan) -> str:
    done = len(saved.changes) - len(fresh.changes)
    return f"an earlier run of this plan did not end: {done} of its {len(saved.changes)} changes are made, and the rest follow"


def _left_in_cluster(remaining: Sequence[str]) -> Sequence[Problem]:
    if not remaining:
        return ()
    return [
        Problem(
            "TW976",
            "the workloads are still in the cluster",
            given=", ".join(remaining[:_MOST_MOVES]),
            fix="destroy the workloads first: the load balancer that the cluster made would keep the network in place",
        )
    ]


_CHANGES: Final = 2
_MOST_MOVES: Final = 12
